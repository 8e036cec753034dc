/**
 * LibreChat's code API: Python, and bash as a child of it, with files by session. A session is one
 * upload or one run; what names a file is its id, so that a session is only looked at to list it.
 * The shape of answers is that of ClickHouse/code-interpreter at 18bf002.
 */
@NullMarked
package io.millrace.gateway.compat.librechat;

import org.jspecify.annotations.NullMarked;
