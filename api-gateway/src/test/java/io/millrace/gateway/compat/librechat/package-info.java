@NullMarked
package io.millrace.gateway.compat.librechat;

import org.jspecify.annotations.NullMarked;
