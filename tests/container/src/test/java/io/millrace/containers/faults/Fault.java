package io.millrace.containers.faults;

import java.util.function.BiConsumer;

/** What is done to a container, and how it is undone. */
enum Fault {
  KILLED(ComposeProject::kill, ComposeProject::start),
  PAUSED(ComposeProject::pause, ComposeProject::unpause),
  CUT_OFF(ComposeProject::disconnect, ComposeProject::connect);

  private final BiConsumer<ComposeProject, String> strike;
  private final BiConsumer<ComposeProject, String> heal;

  Fault(BiConsumer<ComposeProject, String> strike, BiConsumer<ComposeProject, String> heal) {
    this.strike = strike;
    this.heal = heal;
  }

  void strike(ComposeProject project, String container) {
    strike.accept(project, container);
  }

  void heal(ComposeProject project, String container) {
    heal.accept(project, container);
  }
}
