package io.millrace.bench.report;

import java.util.Map;

/**
 * One part of the page.
 *
 * @param name its word in the options and in the page's markers
 * @param markdown everything below the title
 * @param plots SVG by file name
 */
public record Section(String name, String title, String markdown, Map<String, String> plots) {}
