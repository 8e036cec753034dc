package io.millrace.gateway.job;

import io.millrace.store.JobArchive.Place;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A place in the list of jobs, as callers carry it from page to page. */
final class Cursor {

  private static final Pattern FORM = Pattern.compile("(\\d{1,18})\\.([0-9a-f-]{36})");

  private Cursor() {}

  static String text(Place place) {
    return place.acceptedAt() + "." + place.jobId();
  }

  /** Empty for what {@link #text} cannot have made. */
  static Optional<Place> read(String text) {
    Matcher form = FORM.matcher(text);
    try {
      return form.matches()
          ? Optional.of(new Place(Long.parseLong(form.group(1)), UUID.fromString(form.group(2))))
          : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
