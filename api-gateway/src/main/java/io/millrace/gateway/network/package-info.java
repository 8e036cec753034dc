/**
 * Which hosts the program of a request may reach: what the operator allows to all keys or to this
 * one, narrowed by the request. The job carries the answer; its worker holds the program to it.
 */
@NullMarked
package io.millrace.gateway.network;

import org.jspecify.annotations.NullMarked;
