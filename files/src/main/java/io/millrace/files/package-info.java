/**
 * Where the bytes of files are kept, for the time between an upload and a job, and between a job
 * and a download. Neither Kafka nor Redis ever sees them. {@link io.millrace.files.FileStore} is
 * the port; {@link io.millrace.files.FolderStore} serves one machine, {@link
 * io.millrace.files.S3Store} many, and one conformance suite holds both to the same promises.
 *
 * <p>A file belongs to an owner, and its id is found below that owner only. All that is known of a
 * file lies beside its bytes, so that a store needs no index, and an emptied Redis loses no file.
 *
 * <p>A call blocks for as long as its bytes travel. What goes wrong in a store shows as {@link
 * io.millrace.files.FileStoreException}.
 */
@NullMarked
package io.millrace.files;

import org.jspecify.annotations.NullMarked;
