// SPDX-License-Identifier: Apache-2.0
// The least that a run can cost: new network and IPC namespaces, the sysctls, then the program in
// place of this one. Nothing is checked beyond success, nothing is read back, no root file system,
// no cgroup, no seccomp.
// usage: podsysctl-floor [FILE=VALUE...] -- PROGRAM [ARG...]   (FILE:
// "/proc/sys/net/core/somaxconn")
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int write_value(char* assignment) {
  char* const equals = strchr(assignment, '=');
  if (equals == NULL) {
    return -1;
  }
  *equals = '\0';
  const char* const value = equals + 1;
  const int file = open(assignment, O_WRONLY | O_CLOEXEC);
  if (file < 0) {
    return -1;
  }
  const ssize_t count = write(file, value, strlen(value));
  return close(file) == 0 && count == (ssize_t)strlen(value) ? 0 : -1;
}

int main(int argc, char** argv) {
  if (unshare(CLONE_NEWNET | CLONE_NEWIPC) < 0) {
    perror("unshare");
    return 125;
  }
  int i = 1;
  for (; i < argc && strcmp(argv[i], "--") != 0; ++i) {
    if (write_value(argv[i]) < 0) {
      perror(argv[i]);
      return 125;
    }
  }
  if (i + 1 >= argc) {
    fprintf(stderr, "usage: %s [FILE=VALUE...] -- PROGRAM [ARG...]\n", argv[0]);
    return 2;
  }
  execv(argv[i + 1], argv + i + 1);
  perror(argv[i + 1]);
  return 127;
}
