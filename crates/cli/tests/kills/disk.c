// fsync and fdatasync that keep a copy of each database and its log as they stand when they are synced. Preloaded by power.rs.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;

static int ends_with(const char *text, const char *end) {
  size_t length = strlen(text), tail = strlen(end);
  return length >= tail && strcmp(text + length - tail, end) == 0;
}

// A copy appears whole or not at all, whenever the process is killed.
static void copy(int from, const char *to) {
  char beside[4200], buffer[65536];
  snprintf(beside, sizeof beside, "%s.new", to);
  int out = open(beside, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (out < 0) abort();
  ssize_t got;
  for (off_t at = 0; (got = pread(from, buffer, sizeof buffer, at)) > 0; at += got)
    if (write(out, buffer, got) != got) abort();
  if (got < 0) abort();
  close(out);
  if (rename(beside, to) != 0) abort();
}

static void keep(int fd) {
  char name[64], path[4000], to[4100];
  const char *folder = getenv("DISK_KEEPS");
  if (!folder) return;
  snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(name, path, sizeof path - 1);
  if (length < 0) return;
  path[length] = 0;
  int is_log = ends_with(path, ".db-wal");
  if (!is_log && !ends_with(path, ".db")) return;
  if (is_log && getenv("DISK_LIES")) return;
  int at = snprintf(to, sizeof to, "%s/", folder);
  snprintf(to + at, sizeof to - at, "%s", path);
  for (char *letter = to + at; *letter; letter++)
    if (*letter == '/') *letter = '%';
  // A database is read through the descriptor that it was opened with: to close another one would let go of SQLite's locks.
  if ((fcntl(fd, F_GETFL) & O_ACCMODE) != O_WRONLY) {
    copy(fd, to);
    return;
  }
  int again = open(path, O_RDONLY);
  if (again < 0) return;
  copy(again, to);
  close(again);
}

static int synced(const char *which, int fd) {
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, which);
  pthread_mutex_lock(&one_at_a_time);
  int result = real(fd);
  if (result == 0) keep(fd);
  pthread_mutex_unlock(&one_at_a_time);
  return result;
}

int fsync(int fd) { return synced("fsync", fd); }
int fdatasync(int fd) { return synced("fdatasync", fd); }
