package io.millrace.worker.network;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads the line that a helper writes first, with the token of its job, and makes way for the job's
 * request. Whoever knows no token of a job that runs is cut off without a word.
 */
final class TokenReader extends ByteToMessageDecoder {

  private static final HttpDecoderConfig STRICT =
      new HttpDecoderConfig()
          .setMaxInitialLineLength(NetworkProxy.MOST_HEAD)
          .setMaxHeaderSize(NetworkProxy.MOST_HEAD)
          .setMaxChunkSize(NetworkProxy.MOST_PIECE)
          .setStrictLineParsing(true)
          .setUseRfc9112TransferEncoding(true);

  private final Function<String, @Nullable JobNetwork> jobs;
  private final Dialer dialer;
  private final NetworkMeters meters;

  TokenReader(Function<String, @Nullable JobNetwork> jobs, Dialer dialer, NetworkMeters meters) {
    this.jobs = jobs;
    this.dialer = dialer;
    this.meters = meters;
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
    int length = in.bytesBefore((byte) '\n');
    if (length < 0 && in.readableBytes() <= NetworkProxy.TOKEN_CHARACTERS) {
      return;
    }
    JobNetwork job =
        length == NetworkProxy.TOKEN_CHARACTERS
            ? jobs.apply(in.readCharSequence(length, StandardCharsets.US_ASCII).toString())
            : null;
    if (job == null || !job.take(context.channel())) {
      in.skipBytes(in.readableBytes());
      context.close();
      return;
    }
    in.skipBytes(1);
    meters.opened();
    context.channel().closeFuture().addListener(closed -> meters.closed());
    context.pipeline().addLast(new HttpServerCodec(STRICT));
    context.pipeline().addLast(new ProxyRequest(job, dialer, meters));
    context.pipeline().remove(this);
  }
}
