/* A disk that can be full, read-only, slow to keep, or lost: preloaded into the server and the database (LD_PRELOAD).

   DISK_ROOT   the folder whose files it watches
   DISK_IMAGE  where it keeps what is durable: what the disk would still hold after the power went

   What is durable follows POSIX, not any one file system: the bytes of a file as they are when it is synced, the names
   of a folder as they are when the folder is synced. Nothing else is: not what was written, renamed or removed since,
   not sync_file_range, not a mapped page. File systems with a journal (ext4, XFS) promise more, and PostgreSQL counts
   on it for the names of new files: with DISK_NAMES=journal a sync keeps the names of all folders above it too.

   objects/<inode>-<birth>   bytes of a file     folders/<inode>-<birth>   lines: kind, object, mode, name

   While the file <image>/fault holds ENOSPC, files below the root do not grow; EROFS: they are not written at all and
   open for reading only; EIO: they are written, and syncing them fails.

   Bytes are copied under a lock, so that two processes that sync one file never put old bytes over newer ones. A
   process killed in the middle leaves some new and some old blocks, as a disk does: its sync had not returned. */

#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <unistd.h>

#define BLOCK 4096
#define REAL(name) ((__typeof__(&name))real(#name))

static void *real(const char *name) { return dlsym(RTLD_NEXT, name); }

static int real_open(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  mode_t mode = (flags & O_CREAT) ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  return REAL(openat)(AT_FDCWD, path, flags, mode);
}

static const char *root(void) { return getenv("DISK_ROOT"); }
static const char *image(void) { return getenv("DISK_IMAGE"); }

/* Tell whether the open file lies below the root; its path goes to `path`. */
static int watched(int fd, char *path) {
  char link[64];
  const char *top = root();
  if (top == NULL || image() == NULL) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, PATH_MAX - 1);
  if (length <= 0) return 0;
  path[length] = 0;
  size_t size = strlen(top);
  return strncmp(path, top, size) == 0 && (path[size] == '/' || path[size] == 0);
}

static int key_of(int dir, const char *name, int flags, char *key, unsigned *mode) {
  struct statx found;
  if (statx(dir, name, flags | AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS | STATX_BTIME, &found) != 0) return -1;
  snprintf(key, 80, "%llu-%lld.%09u", (unsigned long long)found.stx_ino, (long long)found.stx_btime.tv_sec,
           found.stx_btime.tv_nsec);
  *mode = found.stx_mode;
  return 0;
}

/* Open an object or a folder's list for writing, locked. */
static int locked(const char *kind, const char *key) {
  char path[PATH_MAX];
  snprintf(path, sizeof path, "%s/%s/%s", image(), kind, key);
  int fd = real_open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (fd >= 0) flock(fd, LOCK_EX);
  return fd;
}

/* Read through the open file itself: closing another one of it would let go of the locks that SQLite holds on it. */
static void keep_bytes(int fd, const char *key) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  int readable = (fcntl(fd, F_GETFL) & O_ACCMODE) != O_WRONLY;
  int from = readable ? fd : real_open(link, O_RDONLY | O_CLOEXEC);
  if (from < 0) return;
  int to = locked("objects", key);
  char new[BLOCK], old[BLOCK];
  off_t at = 0;
  ssize_t size;
  while (to >= 0 && (size = pread(from, new, BLOCK, at)) > 0) {
    ssize_t had = pread(to, old, BLOCK, at);
    if (had < size || memcmp(new, old, size) != 0)
      if (REAL(pwrite)(to, new, size, at) != size) abort();
    at += size;
  }
  if (to >= 0 && REAL(ftruncate)(to, at) != 0) abort();
  if (!readable) close(from);
  if (to >= 0) close(to);
}

/* Sort by name, so that two lists of one folder are the same bytes. */
static void keep_names(const char *path, const char *key) {
  struct dirent **entries;
  int count = scandir(path, &entries, NULL, alphasort);
  if (count < 0) return;
  int to = locked("folders", key);
  char *text = NULL;
  size_t length = 0;
  FILE *out = open_memstream(&text, &length);
  int dir = real_open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  for (int number = 0; number < count; number++) {
    const char *name = entries[number]->d_name;
    char child[80];
    unsigned mode;
    if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0 && key_of(dir, name, 0, child, &mode) == 0 &&
        (S_ISREG(mode) || S_ISDIR(mode)))
      fprintf(out, "%c %s %o %s\n", S_ISDIR(mode) ? 'd' : 'f', child, mode & 07777, name);
    free(entries[number]);
  }
  free(entries);
  fclose(out);
  if (to >= 0) {
    if (REAL(ftruncate)(to, 0) != 0 || REAL(pwrite)(to, text, length, 0) != (ssize_t)length) abort();
    close(to);
  }
  if (dir >= 0) close(dir);
  free(text);
}

/* Make durable what the open file is now. */
static void keep(int fd) {
  char path[PATH_MAX], key[80];
  unsigned mode;
  int before = errno;
  if (watched(fd, path) && key_of(fd, "", AT_EMPTY_PATH, key, &mode) == 0) {
    if (S_ISDIR(mode)) keep_names(path, key);
    if (S_ISREG(mode)) keep_bytes(fd, key);
    const char *names = getenv("DISK_NAMES");
    while (names != NULL && strcmp(names, "journal") == 0 && strlen(path) > strlen(root())) {
      *strrchr(path, '/') = 0;
      if (key_of(AT_FDCWD, path, 0, key, &mode) == 0) keep_names(path, key);
    }
  }
  errno = before;
}

/* What is wrong with the disk now: ENOSPC, EROFS, EIO or 0. */
static int trouble(void) {
  char path[PATH_MAX], word[16] = "";
  if (image() == NULL) return 0;
  snprintf(path, sizeof path, "%s/fault", image());
  int before = errno, file = real_open(path, O_RDONLY | O_CLOEXEC);
  if (file >= 0) {
    if (read(file, word, sizeof word - 1) < 0) word[0] = 0;
    close(file);
  }
  errno = before;
  if (strncmp(word, "ENOSPC", 6) == 0) return ENOSPC;
  if (strncmp(word, "EROFS", 5) == 0) return EROFS;
  return strncmp(word, "EIO", 3) == 0 ? EIO : 0;
}

/* The error that writing `size` bytes there meets, or 0; `at` is -1 for the file's own place. */
static int fault(int fd, off_t at, size_t size) {
  char path[PATH_MAX];
  struct stat found;
  int wrong = trouble();
  if (wrong == 0 || wrong == EIO || !watched(fd, path)) return 0;
  if (wrong == EROFS || fstat(fd, &found) != 0 || !S_ISREG(found.st_mode)) return wrong == EROFS ? EROFS : 0;
  if (at < 0) at = (fcntl(fd, F_GETFL) & O_APPEND) ? found.st_size : lseek(fd, 0, SEEK_CUR);
  return at + (off_t)size > found.st_size ? ENOSPC : 0;
}

static size_t sum(const struct iovec *parts, int count) {
  size_t size = 0;
  for (int number = 0; number < count; number++) size += parts[number].iov_len;
  return size;
}

#define REFUSE(fd, at, size)         \
  do {                               \
    int found = fault(fd, at, size); \
    if (found) {                     \
      errno = found;                 \
      return -1;                     \
    }                                \
  } while (0)

/* A disk that may only be read opens nothing for writing. */
static int closed_to(const char *path, int flags) {
  const char *top = root();
  if (top == NULL || (flags & O_ACCMODE) == O_RDONLY || trouble() != EROFS) return 0;
  return strncmp(path, top, strlen(top)) == 0;
}

static int opened(const char *path, int flags, mode_t mode, int dir) {
  if (closed_to(path, flags)) {
    errno = EROFS;
    return -1;
  }
  return REAL(openat)(dir, path, flags, mode);
}

#define MODE(flags)                                        \
  mode_t mode = 0;                                         \
  if ((flags) & (O_CREAT | O_TMPFILE)) {                   \
    va_list rest;                                          \
    va_start(rest, flags);                                 \
    mode = va_arg(rest, mode_t);                           \
    va_end(rest);                                          \
  }

int open(const char *path, int flags, ...) {
  MODE(flags)
  return opened(path, flags, mode, AT_FDCWD);
}

int open64(const char *path, int flags, ...) {
  MODE(flags)
  return opened(path, flags | O_LARGEFILE, mode, AT_FDCWD);
}

int openat(int dir, const char *path, int flags, ...) {
  MODE(flags)
  return opened(path, flags, mode, dir);
}

static int synced(int fd) {
  int flags = fcntl(fd, F_GETFL);
  return flags >= 0 && (flags & O_DSYNC) != 0;
}

int fsync(int fd) {
  char path[PATH_MAX];
  if (trouble() == EIO && watched(fd, path)) {
    errno = EIO;
    return -1;
  }
  keep(fd);
  return 0;
}

int fdatasync(int fd) { return fsync(fd); }

ssize_t write(int fd, const void *bytes, size_t size) {
  REFUSE(fd, -1, size);
  ssize_t done = REAL(write)(fd, bytes, size);
  if (done > 0 && synced(fd)) keep(fd);
  return done;
}

ssize_t pwrite(int fd, const void *bytes, size_t size, off_t at) {
  REFUSE(fd, at, size);
  ssize_t done = REAL(pwrite)(fd, bytes, size, at);
  if (done > 0 && synced(fd)) keep(fd);
  return done;
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t at) { return pwrite(fd, bytes, size, at); }

ssize_t writev(int fd, const struct iovec *parts, int count) {
  REFUSE(fd, -1, sum(parts, count));
  ssize_t done = REAL(writev)(fd, parts, count);
  if (done > 0 && synced(fd)) keep(fd);
  return done;
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t at) {
  REFUSE(fd, at, sum(parts, count));
  ssize_t done = REAL(pwritev)(fd, parts, count, at);
  if (done > 0 && synced(fd)) keep(fd);
  return done;
}

ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t at) { return pwritev(fd, parts, count, at); }

int fallocate(int fd, int mode, off_t at, off_t size) {
  REFUSE(fd, at, size);
  return REAL(fallocate)(fd, mode, at, size);
}

int posix_fallocate(int fd, off_t at, off_t size) {
  int found = fault(fd, at, size);
  return found ? found : REAL(posix_fallocate)(fd, at, size);
}

int posix_fallocate64(int fd, off64_t at, off64_t size) { return posix_fallocate(fd, at, size); }
int fallocate64(int fd, int mode, off64_t at, off64_t size) { return fallocate(fd, mode, at, size); }
