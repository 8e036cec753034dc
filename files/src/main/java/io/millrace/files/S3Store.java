package io.millrace.files;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.SystemSettingsRegionProvider;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.CopyObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.MetadataDirective;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * A bucket of an S3 service. The object {@code PREFIX/OWNER/FILE_ID} has a file's bytes, its name,
 * digest and media type as metadata, and as its last change when the file was last used.
 *
 * <p>What comes in is written to a folder of this machine first, under no name, so that an object
 * begins with its size and digest known, and an upload that is cut leaves nothing anywhere.
 */
public final class S3Store implements FileStore {

  private static final Duration CONNECT_TIME = Duration.ofSeconds(2);
  private static final Duration SILENCE = Duration.ofSeconds(20);
  private static final int MOST_LISTED = 1000;
  private static final String UPLOAD = "millrace-upload-";
  private static final String NAME = "name";
  private static final String SHA256 = "sha256";
  private static final String MEDIA_TYPE = "media-type";

  /** What the service itself is told: a link into the bucket shows nothing of a file. */
  private static final String BYTES = "application/octet-stream";

  private final S3Client s3;
  private final String bucket;
  private final String prefix;
  private final @Nullable Path spool;
  private final Clock clock;

  /**
   * Asks for nothing yet. Credentials and region are found as every S3 client finds them.
   *
   * @param prefix of every object's key; empty for none
   * @param endpoint of another service than Amazon's, which is addressed by paths; null for
   *     Amazon's
   * @param spool the folder of what comes in; null for the JVM's temporary folder
   */
  public S3Store(
      String bucket, String prefix, @Nullable URI endpoint, @Nullable Path spool, Clock clock) {
    this.s3 = client(endpoint);
    this.bucket = bucket;
    this.prefix = prefix.isEmpty() ? "" : prefix + "/";
    this.spool = spool;
    this.clock = clock;
  }

  private static S3Client client(@Nullable URI endpoint) {
    S3ClientBuilder builder =
        S3Client.builder()
            .httpClientBuilder(
                UrlConnectionHttpClient.builder()
                    .connectionTimeout(CONNECT_TIME)
                    .socketTimeout(SILENCE))
            // Services other than Amazon's know no trailing checksums; TLS and our digest remain.
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED);
    if (endpoint != null) {
      builder.endpointOverride(endpoint).forcePathStyle(true).region(signingRegion());
    }
    return builder.build();
  }

  /** Services other than Amazon's mostly have no regions, but a signature needs one. */
  private static Region signingRegion() {
    try {
      return new SystemSettingsRegionProvider().getRegion();
    } catch (SdkClientException e) {
      return Region.US_EAST_1;
    }
  }

  @Override
  public Upload put(String owner, String name, String mediaType, InputStream content, long maxBytes)
      throws IOException {
    try (FileChannel coming = nameless()) {
      Optional<Received> came = Received.copy(content, coming, maxBytes);
      if (came.isEmpty()) {
        return new Upload.TooLarge(maxBytes);
      }
      Received received = came.get();
      Instant now = clock.instant();
      String fileId = FileId.next(now);
      guarded(
          "A file cannot be kept",
          () ->
              s3.putObject(
                  put ->
                      put.bucket(bucket)
                          .key(key(owner, fileId))
                          .contentType(BYTES)
                          .metadata(about(name, received.sha256(), mediaType)),
                  RequestBody.fromContentProvider(
                      () -> fromStart(coming), received.size(), BYTES)));
      return new Upload.Stored(
          new StoredFile(
              fileId,
              name,
              received.size(),
              received.sha256(),
              mediaType,
              FileId.createdAt(fileId),
              now));
    }
  }

  /** A file that ends with its channel, even where this process is killed. */
  private FileChannel nameless() {
    try {
      Path file =
          spool == null
              ? Files.createTempFile(UPLOAD, "")
              : Files.createTempFile(spool, UPLOAD, "");
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
      Files.delete(file);
      return channel;
    } catch (IOException e) {
      throw new FileStoreException(
          "The folder of files that come in takes none: " + e.getMessage(), e);
    }
  }

  /** Read anew by each try of one request; the channel stays open between them. */
  private static InputStream fromStart(FileChannel coming) {
    try {
      coming.position(0);
    } catch (IOException e) {
      throw new FileStoreException("A file that came in cannot be read again", e);
    }
    return new FilterInputStream(Channels.newInputStream(coming)) {
      @Override
      public int read(byte[] bytes, int offset, int length) throws IOException {
        return in.read(bytes, offset, length);
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public Optional<StoredFile> find(String owner, String fileId) {
    return FileId.isOne(fileId) ? about(key(owner, fileId), fileId) : Optional.empty();
  }

  private Optional<StoredFile> about(String key, String fileId) {
    return ifThere(
        "A file cannot be looked up",
        () -> {
          HeadObjectResponse head = s3.headObject(ask -> ask.bucket(bucket).key(key));
          return new StoredFile(
              fileId,
              decode(head.metadata().getOrDefault(NAME, fileId)),
              head.contentLength(),
              head.metadata().getOrDefault(SHA256, ""),
              decode(head.metadata().getOrDefault(MEDIA_TYPE, BYTES)),
              FileId.createdAt(fileId),
              head.lastModified());
        });
  }

  @Override
  public Optional<InputStream> read(String owner, String fileId, long from, long length) {
    if (length == 0) {
      // A range of no bytes cannot be asked for.
      return find(owner, fileId).map(there -> InputStream.nullInputStream());
    }
    String range = "bytes=" + from + "-" + (from + length - 1);
    return ifThere(
        "A file cannot be read",
        () -> s3.getObject(ask -> ask.bucket(bucket).key(key(owner, fileId)).range(range)));
  }

  @Override
  public boolean delete(String owner, String fileId) {
    return find(owner, fileId).isPresent() && delete(key(owner, fileId));
  }

  private boolean delete(String key) {
    guarded(
        "A file cannot be deleted", () -> s3.deleteObject(gone -> gone.bucket(bucket).key(key)));
    return true;
  }

  @Override
  public Page list(String owner, @Nullable String after, int limit) {
    String folder = folder(owner);
    ListObjectsV2Response found = listed(folder, after == null ? null : folder + after, limit);
    List<String> fileIds = found.contents().stream().map(object -> fileId(object.key())).toList();
    return new Page(
        fileIds.stream()
            .filter(FileId::isOne)
            .map(fileId -> about(folder + fileId, fileId))
            .flatMap(Optional::stream)
            .toList(),
        found.isTruncated() ? fileIds.get(fileIds.size() - 1) : null);
  }

  @Override
  public long used(String owner) {
    long[] bytes = {0};
    each(
        folder(owner),
        object -> bytes[0] += FileId.isOne(fileId(object.key())) ? object.size() : 0);
    return bytes[0];
  }

  @Override
  public void renew(String owner, String fileId) {
    find(owner, fileId)
        .ifPresent(
            file ->
                ifThere(
                    "A file's last use cannot be noted",
                    () -> s3.copyObject(ontoItself(key(owner, fileId), file))));
  }

  /** S3 notes no use; a copy onto itself is a change, and is made inside the service. */
  private CopyObjectRequest ontoItself(String key, StoredFile file) {
    return CopyObjectRequest.builder()
        .sourceBucket(bucket)
        .sourceKey(key)
        .destinationBucket(bucket)
        .destinationKey(key)
        .metadataDirective(MetadataDirective.REPLACE)
        .contentType(BYTES)
        .metadata(about(file.name(), file.sha256(), file.mediaType()))
        .build();
  }

  @Override
  public long sweep(Instant unusedSince, Predicate<String> needed) {
    long[] deleted = {0};
    each(prefix, object -> deleted[0] += sweep(object, unusedSince, needed) ? 1 : 0);
    return deleted[0];
  }

  private void each(String below, Consumer<S3Object> use) {
    ListObjectsV2Response found;
    String after = null;
    do {
      found = listed(below, after, MOST_LISTED);
      for (S3Object object : found.contents()) {
        use.accept(object);
        after = object.key();
      }
    } while (found.isTruncated());
  }

  /** What is no file of ours lies in the bucket for somebody else. */
  private boolean sweep(S3Object object, Instant unusedSince, Predicate<String> needed) {
    String fileId = fileId(object.key());
    return object.lastModified().isBefore(unusedSince)
        && FileId.isOne(fileId)
        && !needed.test(fileId)
        && delete(object.key());
  }

  private ListObjectsV2Response listed(String below, @Nullable String after, int limit) {
    ListObjectsV2Request request =
        ListObjectsV2Request.builder()
            .bucket(bucket)
            .prefix(below)
            .startAfter(after)
            .maxKeys(limit)
            .build();
    return guarded("The files cannot be listed", () -> s3.listObjectsV2(request));
  }

  @Override
  public void close() {
    s3.close();
  }

  private String folder(String owner) {
    return prefix + Digest.of(owner) + "/";
  }

  private String key(String owner, String fileId) {
    return folder(owner) + fileId;
  }

  private static String fileId(String key) {
    return key.substring(key.lastIndexOf('/') + 1);
  }

  private static Map<String, String> about(String name, String sha256, String mediaType) {
    return Map.of(NAME, encode(name), SHA256, sha256, MEDIA_TYPE, encode(mediaType));
  }

  /** Metadata travel as headers, which servers trim, fold and normalize. */
  private static String encode(String name) {
    return URLEncoder.encode(name, StandardCharsets.UTF_8);
  }

  private static String decode(String name) {
    return URLDecoder.decode(name, StandardCharsets.UTF_8);
  }

  private <T> Optional<T> ifThere(String fault, Supplier<T> call) {
    return guarded(
        fault,
        () -> {
          try {
            return Optional.of(call.get());
          } catch (NoSuchKeyException e) {
            return Optional.empty();
          }
        });
  }

  private <T> T guarded(String fault, Supplier<T> call) {
    try {
      return call.get();
    } catch (SdkException e) {
      throw new FileStoreException(fault + " in bucket " + bucket + ": " + e.getMessage(), e);
    }
  }
}
