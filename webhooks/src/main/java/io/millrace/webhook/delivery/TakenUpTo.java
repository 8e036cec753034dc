package io.millrace.webhook.delivery;

/**
 * How far the log of completions has been taken: whatever is before this offset, and was written
 * until then, was written down as a delivery once.
 *
 * @param offset of the first record of which this isn't said
 * @param writtenAt when the record before it was written, by the broker's clock, in milliseconds: a
 *     log that is made anew uses its offsets again
 */
record TakenUpTo(long offset, long writtenAt) {}
