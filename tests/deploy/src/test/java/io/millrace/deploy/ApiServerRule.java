package io.millrace.deploy;

import io.millrace.deploy.server.ApiServer;
import java.util.function.Consumer;

/** The API server would make every object. */
final class ApiServerRule implements Rule {

  @Override
  public void check(Overlay overlay, Consumer<String> violations) {
    for (Manifest each : overlay.manifests()) {
      ApiServer.refusals(each.body())
          .forEach(refusal -> violations.accept(each + " is refused: " + refusal));
    }
  }
}
