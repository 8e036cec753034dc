/**
 * What the API server would refuse of an object that is created, kind by kind: the checks that its
 * own validation makes after the schema ({@code pkg/apis/} and {@code validation.go} of Kubernetes
 * 1.36), for the fields that the manifests use and their neighbours. Where releases since 1.33
 * differ, the strictest counts.
 */
@NullMarked
package io.millrace.deploy.server;

import org.jspecify.annotations.NullMarked;
