/**
 * The integration tests of gateway, worker and common-model once more, on a Kafka and a Redis in
 * containers instead of the embedded ones. The tests are the very same classes: this module puts
 * {@link io.millrace.containers.ContainerStores} on their class path, which {@code
 * SharedInfrastructure} takes, and {@link io.millrace.containers.EngineCondition}, which says
 * loudly that nothing was tested where no container engine answers.
 */
@NullMarked
package io.millrace.containers;

import org.jspecify.annotations.NullMarked;
