/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a ranker has learnt, from one run to the next.
 *
 * The format, version 1. Numbers are little endian; a parameter is a double of IEEE 754, kept bit for bit.
 *
 *   offset  bytes  what
 *        0      8  magic: 0x89 "HRARMS" 0x0a; no text begins so, and a transfer as text breaks it
 *        8      4  version: 1
 *       12      4  sources, at least 1
 *       16      4  categories, at least 1
 *       20     16  prior: alpha, beta, each in 1 / HR_ARM_LIMIT..HR_ARM_LIMIT
 *       36   16 n  the n = sources * categories arms, by source and then by category: alpha, beta, each from the prior's to HR_ARM_MOST
 *   36+16n      4  CRC-32C of everything before
 *
 * Nothing follows. Whatever breaks one of these rules is refused as a whole. */

#include "engine/thompson/arms-file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define VERSION 1
#define ARM_BYTES 16
#define PRIOR_AT 20
#define ARMS_AT (PRIOR_AT + ARM_BYTES)
#define CHECKSUM_BYTES 4
#define SUFFIX ".XXXXXX"

static const uint8_t magic[8] = { 0x89, 'H', 'R', 'A', 'R', 'M', 'S', '\n' };

/* CRC-32C (Castagnoli), four bits at a time. */
static uint32_t
checksum (const uint8_t *data,
          size_t         size)
{
  static const uint32_t remainders[16] = {
    0x00000000,
    0x105ec76f,
    0x20bd8ede,
    0x30e349b1,
    0x417b1dbc,
    0x5125dad3,
    0x61c69362,
    0x7198540d,
    0x82f63b78,
    0x92a8fc17,
    0xa24bb5a6,
    0xb21572c9,
    0xc38d26c4,
    0xd3d3e1ab,
    0xe330a81a,
    0xf36e6f75,
  };
  uint32_t crc = 0xffffffffu;

  for (size_t i = 0; i < size; i++)
    {
      crc ^= data[i];
      crc = crc >> 4 ^ remainders[crc & 15];
      crc = crc >> 4 ^ remainders[crc & 15];
    }

  return ~crc;
}

static void
put (uint8_t *out,
     uint64_t value,
     int      bytes)
{
  for (int i = 0; i < bytes; i++)
    out[i] = (uint8_t) (value >> 8 * i);
}

static uint64_t
take (const uint8_t *data,
      int            bytes)
{
  uint64_t value = 0;

  for (int i = 0; i < bytes; i++)
    value |= (uint64_t) data[i] << 8 * i;

  return value;
}

static void
put_arm (uint8_t *out,
         HrArm    arm)
{
  uint64_t bits[2];

  memcpy (bits, (double[]){ arm.alpha, arm.beta }, sizeof bits);
  put (out, bits[0], 8);
  put (out + 8, bits[1], 8);
}

static HrArm
take_arm (const uint8_t *data)
{
  uint64_t bits[] = { take (data, 8), take (data + 8, 8) };
  double   parameters[2];

  memcpy (parameters, bits, sizeof parameters);

  return (HrArm){ parameters[0], parameters[1] };
}

static size_t
count (const HrArms *self)
{
  return (size_t) self->n_sources * self->n_categories;
}

/* Returns how many bytes hr_arms_pack () writes. */
size_t
hr_arms_packed_size (const HrArms *self)
{
  return ARMS_AT + ARM_BYTES * count (self) + CHECKSUM_BYTES;
}

/* Writes the arms to @out, hr_arms_packed_size () bytes. Other threads may go on updating: each parameter is
 * one that it had meanwhile. */
void
hr_arms_pack (const HrArms *self,
              uint8_t      *out)
{
  size_t body = hr_arms_packed_size (self) - CHECKSUM_BYTES;

  memcpy (out, magic, sizeof magic);
  put (out + 8, VERSION, 4);
  put (out + 12, self->n_sources, 4);
  put (out + 16, self->n_categories, 4);
  put_arm (out + PRIOR_AT, self->prior);
  for (size_t i = 0; i < count (self); i++)
    put_arm (out + ARMS_AT + ARM_BYTES * i, hr_arms_at (self, i));
  put (out + body, checksum (out, body), CHECKSUM_BYTES);
}

/* Checks everything but the parameters. */
static HrJobStatus
check_frame (const HrArms  *self,
             const uint8_t *data,
             size_t         size)
{
  uint64_t n_sources, n_categories;

  if (size < sizeof magic || memcmp (data, magic, sizeof magic) != 0)
    return HR_JOB_NOT_ARMS;
  if (size < ARMS_AT + CHECKSUM_BYTES)
    return HR_JOB_BAD_SIZE;
  if (take (data + 8, 4) != VERSION)
    return HR_JOB_BAD_VERSION;

  /* Two numbers of 32 bits do not run over in 64, and are never multiplied by anything else. */
  n_sources = take (data + 12, 4);
  n_categories = take (data + 16, 4);
  size -= ARMS_AT + CHECKSUM_BYTES;
  if (size % ARM_BYTES != 0 || size / ARM_BYTES != n_sources * n_categories)
    return HR_JOB_BAD_SIZE;
  if (checksum (data, ARMS_AT + size) != take (data + ARMS_AT + size, CHECKSUM_BYTES))
    return HR_JOB_BAD_CHECKSUM;
  if (n_sources != self->n_sources || n_categories != self->n_categories)
    return HR_JOB_OTHER_ARMS;

  return HR_JOB_OK;
}

/* NaN fails the comparisons. */
static bool
in_range (HrArm  arm,
          HrArm  least,
          double most)
{
  return arm.alpha >= least.alpha && arm.beta >= least.beta && arm.alpha <= most && arm.beta <= most;
}

/* Sets the prior and every arm of @self, which has been initialised with as many sources and categories, to what
 * hr_arms_pack () wrote. No other thread may use the arms meanwhile. Errors, which leave @self as it was: NOT_ARMS,
 * BAD_SIZE, BAD_VERSION, BAD_CHECKSUM, OTHER_ARMS when there are other sources or categories, BAD_PRIOR, and
 * BAD_POSTERIOR for a parameter out of its limits. */
HrJobStatus
hr_arms_unpack (HrArms        *self,
                const uint8_t *data,
                size_t         size)
{
  const HrArm least = { 1 / HR_ARM_LIMIT, 1 / HR_ARM_LIMIT };
  HrJobStatus status = check_frame (self, data, size);
  HrArm       prior;

  if (status != HR_JOB_OK)
    return status;

  prior = take_arm (data + PRIOR_AT);
  if (!in_range (prior, least, HR_ARM_LIMIT))
    return HR_JOB_BAD_PRIOR;
  for (size_t i = 0; i < count (self); i++)
    if (!in_range (take_arm (data + ARMS_AT + ARM_BYTES * i), prior, HR_ARM_MOST))
      return HR_JOB_BAD_POSTERIOR;

  self->prior = prior;
  for (size_t i = 0; i < count (self); i++)
    self->arms[i] = take_arm (data + ARMS_AT + ARM_BYTES * i);

  return HR_JOB_OK;
}

static bool
write_all (int            fd,
           const uint8_t *data,
           size_t         size)
{
  while (size > 0)
    {
      ssize_t n = write (fd, data, size);

      if (n < 0 && errno != EINTR)
        return false;
      if (n > 0)
        {
          data += n;
          size -= (size_t) n;
        }
    }

  return fsync (fd) == 0;
}

/* Writes a file of its own beside @path, named @unfinished, and puts it in its place when it is whole. */
static bool
replace (const char    *path,
         char          *unfinished,
         const uint8_t *data,
         size_t         size)
{
  int  fd = mkstemp (unfinished);
  bool done;
  int  error;

  if (fd < 0)
    return false;

  done = write_all (fd, data, size);
  error = errno;
  if (close (fd) != 0 && done)
    {
      done = false;
      error = errno;
    }
  if (done && rename (unfinished, path) == 0)
    return true;

  error = done ? errno : error;
  unlink (unfinished);
  errno = error;

  return false;
}

/* Saves the arms to the file at @path, readable for its owner alone: what was there is replaced by the whole or stays. Other
 * threads may go on updating. Errors: RESOURCES_EXHAUSTED without memory, FILE_FAILED with errno set. */
HrJobStatus
hr_arms_save (const HrArms *self,
              const char   *path)
{
  size_t      size = hr_arms_packed_size (self), path_size = strlen (path);
  uint8_t    *data = malloc (size);
  char       *unfinished = malloc (path_size + sizeof SUFFIX);
  HrJobStatus status = HR_JOB_RESOURCES_EXHAUSTED;

  if (data != NULL && unfinished != NULL)
    {
      memcpy (unfinished, path, path_size);
      memcpy (unfinished + path_size, SUFFIX, sizeof SUFFIX);
      hr_arms_pack (self, data);
      status = replace (path, unfinished, data, size) ? HR_JOB_OK : HR_JOB_FILE_FAILED;
    }
  free (unfinished);
  free (data);

  return status;
}

/* Reads up to @size bytes. Returns how many, or -1. */
static ssize_t
read_all (int      fd,
          uint8_t *data,
          size_t   size)
{
  size_t done = 0;

  while (done < size)
    {
      ssize_t n = read (fd, data + done, size - done);

      if (n == 0)
        break;
      if (n < 0 && errno != EINTR)
        return -1;
      if (n > 0)
        done += (size_t) n;
    }

  return (ssize_t) done;
}

static HrJobStatus
load_from (HrArms *self,
           int     fd)
{
  HrJobStatus status = HR_JOB_FILE_FAILED;
  struct stat info;
  uint8_t    *data;
  ssize_t     size;

  if (fstat (fd, &info) != 0)
    return HR_JOB_FILE_FAILED;
  if (!S_ISREG (info.st_mode) || info.st_size == 0)
    return HR_JOB_NOT_ARMS;
  if (info.st_size > HR_ARMS_FILE_MOST)
    return HR_JOB_BAD_SIZE;

  data = malloc ((size_t) info.st_size);
  if (data == NULL)
    return HR_JOB_RESOURCES_EXHAUSTED;
  size = read_all (fd, data, (size_t) info.st_size);
  if (size >= 0)
    status = hr_arms_unpack (self, data, (size_t) size);
  free (data);

  return status;
}

/* Loads what hr_arms_save () left in the file at @path, as hr_arms_unpack () does, with its errors and these:
 * FILE_FAILED with errno set, and RESOURCES_EXHAUSTED without memory. */
HrJobStatus
hr_arms_load (HrArms     *self,
              const char *path)
{
  /* What waits for a writer, such as a pipe, is opened without waiting, and refused. */
  int         fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  HrJobStatus status;
  int         error;

  if (fd < 0)
    return HR_JOB_FILE_FAILED;

  status = load_from (self, fd);
  error = errno;
  close (fd);
  errno = error;

  return status;
}
