package io.millrace.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class LoopbackPortTest {
  @Test
  void aReservedPortIsNobodyElsesThoughNothingListensOnItYet() {
    int port;
    try (LoopbackPort first = LoopbackPort.reserved(0)) {
      port = first.number();
      assertThatThrownBy(() -> LoopbackPort.reserved(port))
          .isInstanceOf(UnusablePortException.class)
          .hasMessageContaining("Port " + port + " on 127.0.0.1 is taken");
      assertThat(new PortReservations().takeOrAnother(port)).isNotEqualTo(port);
    }
    try (LoopbackPort second = LoopbackPort.reserved(port)) {
      assertThat(second.number()).isEqualTo(port);
    }
  }

  @Test
  void theProcessForWhichAPortIsReservedMayListenOnIt() {
    try (LoopbackPort parents = LoopbackPort.reserved(0);
        LoopbackPort childs = LoopbackPort.chosen(parents.number())) {
      assertThat(childs.number()).isEqualTo(parents.number());
    }
  }
}
