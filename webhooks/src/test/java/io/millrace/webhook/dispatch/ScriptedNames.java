package io.millrace.webhook.dispatch;

import io.millrace.outbound.NameLookup;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** A resolver that gives one answer after the other; after the last, no more. */
final class ScriptedNames implements NameLookup {

  private final Queue<List<String>> answers;
  private int asked;

  /** No answers is for hosts that must not be looked up. */
  ScriptedNames(@Nullable List<List<String>> answers) {
    this.answers = new ArrayDeque<>(answers == null ? List.of() : answers);
  }

  @Override
  public synchronized Mono<List<InetAddress>> addressesOf(String name) {
    asked++;
    List<String> answer = answers.poll();
    return answer == null || answer.isEmpty()
        ? Mono.error(new UnknownHostException(name))
        : Mono.just(answer.stream().map(ScriptedNames::address).toList());
  }

  synchronized int asked() {
    return asked;
  }

  /** An address as the JDK writes it. */
  static String written(String literal) {
    return address(literal).getHostAddress();
  }

  private static InetAddress address(String literal) {
    try {
      return InetAddress.getByAddress(
          Objects.requireNonNull(NetUtil.createByteArrayFromIpAddressString(literal)));
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(literal, e);
    }
  }
}
