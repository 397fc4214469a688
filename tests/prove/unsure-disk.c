/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Loaded before a program (LD_PRELOAD), gives it a disk that behaves as disks do at their worst:
 *
 *     $HEADROOM_FAIL_SYNC   while the file of that name is there, syncs fail with EIO, and as on Linux the pages that were to be written
 *                           count as clean from then on, though they never reach the disk
 *     $HEADROOM_POWER_LOSS  as soon as the file of that name is there, the next write or sync is the end: of each page that was written and
 *                           not synced since, the file gets back what the disk has, or keeps the new, by chance, and the program is killed
 *
 * What the disk has of a file is kept beside it in memory, a page at a time. Sizes are as the program left them. */

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define PAGE_BYTES 4096
#define MAX_FILES 16
#define MAX_PAGES 65536

typedef enum
{
  PAGE_UNTOUCHED,
  PAGE_SYNCED,
  PAGE_DIRTY,
  PAGE_LOST /* a sync of it failed */
} PageState;

/* One page: what the disk has of it, once it was touched. */
typedef struct
{
  PageState state;
  char     *durable;
} Page;

typedef struct
{
  dev_t dev;
  ino_t ino;
  int   fd; /* of its own, to read and to put back; 0: free */
  Page *pages;
} File;

ssize_t pwrite64 (int         fd,
                  const void *data,
                  size_t      size,
                  off_t       offset);
int     fsync (int fd);
int     fdatasync (int fd);

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static File            files[MAX_FILES];

static bool
is_switched (const char *name)
{
  const char *path = getenv (name);

  return path != NULL && access (path, F_OK) == 0;
}

static void
read_page (File  *file,
           size_t page,
           char  *out)
{
  ssize_t n = pread (file->fd, out, PAGE_BYTES, (off_t) page * PAGE_BYTES);

  if (n < PAGE_BYTES)
    memset (out + (n > 0 ? n : 0), 0, PAGE_BYTES - (size_t) (n > 0 ? n : 0));
}

/* The file that @fd is open for; one that is empty begins anew. NULL: none that is kept. */
static File *
find_file (int fd)
{
  struct stat info;
  File       *file = files;

  if (fstat (fd, &info) != 0 || !S_ISREG (info.st_mode))
    return NULL;
  while (file < files + MAX_FILES && file->pages != NULL && (file->ino != info.st_ino || file->dev != info.st_dev))
    file++;
  if (file == files + MAX_FILES)
    abort ();

  if (file->pages == NULL)
    {
      file->dev = info.st_dev;
      file->ino = info.st_ino;
      file->pages = calloc (MAX_PAGES, sizeof (Page));
    }
  else if (info.st_size == 0)
    for (size_t i = 0; i < MAX_PAGES; i++)
      file->pages[i].state = PAGE_UNTOUCHED;

  return file;
}

static void
put_back (File *file)
{
  for (size_t i = 0; i < MAX_PAGES; i++)
    {
      Page *page = &file->pages[i];

      if (page->state == PAGE_LOST || (page->state == PAGE_DIRTY && rand () % 2 == 0))
        syscall (SYS_pwrite64, file->fd, page->durable, (size_t) PAGE_BYTES, (off_t) i * PAGE_BYTES);
    }
}

/* Files grow by what is put back; they end where the program left them. */
static void
lose_power (void)
{
  srand ((unsigned) time (NULL) ^ (unsigned) getpid ());
  for (File *file = files; file < files + MAX_FILES; file++)
    {
      struct stat info;

      if (file->pages == NULL || fstat (file->fd, &info) != 0 || info.st_ino != file->ino)
        continue;
      put_back (file);
      if (ftruncate (file->fd, info.st_size) != 0)
        abort ();
    }
  kill (getpid (), SIGKILL);
}

/* Before the program writes: what the disk has is what was there. */
static void
touch (File  *file,
       size_t first,
       size_t last)
{
  for (size_t i = first; i <= last && i < MAX_PAGES; i++)
    {
      Page *page = &file->pages[i];

      if (page->durable == NULL)
        page->durable = malloc (PAGE_BYTES);
      if (page->state == PAGE_UNTOUCHED)
        read_page (file, i, page->durable);
      page->state = PAGE_DIRTY;
    }
}

ssize_t
pwrite64 (int         fd,
          const void *data,
          size_t      size,
          off_t       offset)
{
  ssize_t written;
  File   *file;

  pthread_mutex_lock (&mutex);
  if (is_switched ("HEADROOM_POWER_LOSS"))
    lose_power ();
  file = size > 0 ? find_file (fd) : NULL;
  if (file != NULL)
    file->fd = fd;
  if (file != NULL)
    touch (file, (size_t) offset / PAGE_BYTES, ((size_t) offset + size - 1) / PAGE_BYTES);
  written = syscall (SYS_pwrite64, fd, data, size, offset);
  pthread_mutex_unlock (&mutex);

  return written;
}

/* Dirty pages are on the disk, or lost. */
static void
settle (File *file,
        bool  failed)
{
  for (size_t i = 0; i < MAX_PAGES; i++)
    if (file->pages[i].state == PAGE_DIRTY)
      {
        file->pages[i].state = failed ? PAGE_LOST : PAGE_SYNCED;
        if (!failed)
          read_page (file, i, file->pages[i].durable);
      }
}

static int
sync_file (long call,
           int  fd)
{
  bool  failed = is_switched ("HEADROOM_FAIL_SYNC");
  File *file;
  int   result = 0;

  pthread_mutex_lock (&mutex);
  if (is_switched ("HEADROOM_POWER_LOSS"))
    lose_power ();
  file = find_file (fd);
  if (file != NULL)
    settle (file, failed);
  if (!failed)
    result = (int) syscall (call, fd);
  pthread_mutex_unlock (&mutex);
  if (!failed)
    return result;

  errno = EIO;

  return -1;
}

int
fsync (int fd)
{
  return sync_file (SYS_fsync, fd);
}

int
fdatasync (int fd)
{
  return sync_file (SYS_fdatasync, fd);
}
