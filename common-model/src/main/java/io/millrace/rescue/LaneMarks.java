package io.millrace.rescue;

import io.millrace.queue.Lane;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Where the lanes ended at some times of the past. When the workers have passed such an end, every
 * record that was in the lane at that time has been taken. Not thread-safe.
 */
final class LaneMarks {

  private static final int MOST = 240;

  private record Mark(long time, Map<Lane, Long> ends, Map<Lane, Long> topicsSince) {}

  private List<Mark> marks = new ArrayList<>();
  private final Map<Lane, Long> cuts = new EnumMap<>(Lane.class);

  /**
   * At {@code time}, or a little later, the lanes ended there. Times rise from call to call. A lane
   * that ends before an earlier end was cut; one whose topic is known since another time was made
   * anew: offsets are used again, and what was known of it says nothing any more.
   *
   * @param topicsSince since when the lanes' topics have been known, 0 for the first that each had
   */
  void add(long time, Map<Lane, Long> ends, Map<Lane, Long> topicsSince) {
    Mark now = new Mark(time, ends, topicsSince);
    for (Lane lane : ends.keySet()) {
      boolean cut = marks.stream().anyMatch(mark -> isOver(mark, now, lane));
      cuts.merge(lane, cut ? time : topicsSince.getOrDefault(lane, 0L), Math::max);
    }
    marks.removeIf(mark -> ends.keySet().stream().anyMatch(lane -> isOver(mark, now, lane)));
    marks.add(now);
    if (marks.size() > MOST) {
      thinOut();
    }
  }

  private static boolean isOver(Mark mark, Mark now, Lane lane) {
    return mark.ends().getOrDefault(lane, 0L) > now.ends().getOrDefault(lane, 0L)
        || !mark.topicsSince()
            .getOrDefault(lane, 0L)
            .equals(now.topicsSince().getOrDefault(lane, 0L));
  }

  /** The latest time of which all records of the lane lie before {@code start}; 0 for none. */
  long passed(Lane lane, long start) {
    return marks.stream()
        .filter(mark -> mark.ends().getOrDefault(lane, Long.MAX_VALUE) <= start)
        .mapToLong(Mark::time)
        .max()
        .orElse(0);
  }

  /** Before when the lane was last cut, as far as is known here; 0 for never. */
  long cutAt(Lane lane) {
    return cuts.getOrDefault(lane, 0L);
  }

  /** A backlog of hours needs old marks, but not every one of them. */
  private void thinOut() {
    List<Mark> kept = new ArrayList<>();
    for (int i = 0; i < marks.size(); i++) {
      if (i % 2 == 0 || i > marks.size() / 2) {
        kept.add(marks.get(i));
      }
    }
    marks = kept;
  }
}
