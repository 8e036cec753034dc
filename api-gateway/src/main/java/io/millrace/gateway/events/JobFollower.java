package io.millrace.gateway.events;

import io.millrace.gateway.reply.ReplyFields;
import io.millrace.job.JobState;
import io.millrace.store.JobStatus;
import io.millrace.store.OutputStreams.Channel;
import io.millrace.store.OutputStreams.Piece;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Says what a watcher has not heard yet. One watcher's; not thread-safe. */
final class JobFollower {

  private static final JsonMapper JSON = new JsonMapper();

  private Position heard;

  JobFollower(Position heard) {
    this.heard = heard;
  }

  /** The news: what the attempt that runs has written, then the state, then the end. */
  List<JobEvent> news(JobStatus job, List<Piece> pieces) {
    List<JobEvent> events = new ArrayList<>();
    if (job.attempt() > heard.attempt()) {
      boolean again = heard.attempt() > 0;
      heard = new Position(job.attempt(), heard.state(), 0, 0);
      if (!job.state().isTerminal() || again) {
        events.add(state(JobState.RUNNING, again));
      }
    } else if (heard.state() != job.state() && !job.state().isTerminal()) {
      events.add(state(job.state(), false));
    }
    for (Piece piece : pieces) {
      if (piece.attempt() == heard.attempt()) {
        tell(piece, events);
      }
    }
    if (job.state().isTerminal()) {
      end(job, events);
    }
    return events;
  }

  private void tell(Piece piece, List<JobEvent> events) {
    boolean out = piece.channel() == Channel.STDOUT;
    int from = Math.max(out ? heard.stdout() : heard.stderr(), piece.at());
    int end = piece.at() + piece.text().length();
    if (from >= end) {
      return;
    }
    heard =
        out
            ? new Position(heard.attempt(), heard.state(), end, heard.stderr())
            : new Position(heard.attempt(), heard.state(), heard.stdout(), end);
    ObjectNode data = JSON.createObjectNode().put("at", from);
    data.put("text", piece.text().substring(from - piece.at()));
    events.add(new JobEvent(out ? "stdout" : "stderr", heard.id(), data.toString()));
  }

  private void end(JobStatus job, List<JobEvent> events) {
    String text = job.replyText();
    if (text != null) {
      JsonNode reply = ReplyFields.read(text);
      JsonNode output = reply.path("response").isObject() ? reply.path("response") : reply;
      rest(Channel.STDOUT, output.path("stdout").asString(""), events);
      rest(Channel.STDERR, output.path("stderr").asString(""), events);
    }
    events.add(new JobEvent("state", "", stateData(job.state(), job.attempt(), false)));
    String reply = Objects.requireNonNullElse(text, "null");
    events.add(
        new JobEvent(
            "end", "", "{\"state\":\"" + job.state().wireName() + "\",\"reply\":" + reply + "}"));
  }

  private void rest(Channel channel, String whole, List<JobEvent> events) {
    tell(new Piece(heard.attempt(), channel, 0, whole), events);
  }

  private JobEvent state(JobState state, boolean again) {
    heard = new Position(heard.attempt(), state, heard.stdout(), heard.stderr());
    return new JobEvent("state", heard.id(), stateData(state, heard.attempt(), again));
  }

  private static String stateData(JobState state, int attempt, boolean again) {
    return JSON.createObjectNode()
        .put("state", state.wireName())
        .put("attempt", attempt)
        .put("restarted", again)
        .toString();
  }
}
