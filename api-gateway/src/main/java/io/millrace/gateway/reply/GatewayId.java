package io.millrace.gateway.reply;

/** The name of this process's reply channel, another one at each start. */
public record GatewayId(String value) {}
