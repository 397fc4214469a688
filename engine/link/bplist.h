/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A binary property list: objects that name each other by number, read where they stand. libplist makes a copy of an
 * object for every reference to it, so that 1 KB from a hostile peer asks it for 2^60 of them, and up to 2.2 it cannot tell -1
 * from 2^64 - 1; here nothing is followed but what the caller asks for. */

typedef enum
{
  HR_BPLIST_NULL,
  HR_BPLIST_BOOLEAN,   /* @integer */
  HR_BPLIST_INTEGER,   /* @integer */
  HR_BPLIST_UNSIGNED,  /* @number, above G_MAXINT64 */
  HR_BPLIST_REAL,      /* @real */
  HR_BPLIST_DATE,      /* @real */
  HR_BPLIST_DATA,      /* @n bytes @at */
  HR_BPLIST_ASCII,     /* @n bytes @at */
  HR_BPLIST_UTF16,     /* @n big-endian units @at */
  HR_BPLIST_UID,       /* @number: what an archive refers with */
  HR_BPLIST_ARRAY,     /* @n references @at */
  HR_BPLIST_DICTIONARY /* @n references to keys @at, then as many to values */
} HrBplistType;

typedef struct
{
  HrBplistType type;
  union
  {
    gint64  integer;
    guint64 number;
    double  real;
  };
  const guint8 *at;
  gsize         n;
} HrBplistObject;

/* Over bytes that its user keeps. */
typedef struct
{
  const guint8 *bytes;
  gsize         table; /* where the offsets of the objects begin, and so where objects end */
  guint         offset_bytes;
  guint         reference_bytes;
  guint64       n_objects;
  guint64       root;
} HrBplist;

gboolean hr_bplist_open (HrBplist     *self,
                         const guint8 *bytes,
                         gsize         size);
gboolean hr_bplist_read (const HrBplist *self,
                         guint64         reference,
                         HrBplistObject *out);
guint64  hr_bplist_reference (const HrBplist       *self,
                              const HrBplistObject *object,
                              gsize                 index);
gboolean hr_bplist_is_text (const HrBplist *self,
                            guint64         reference,
                            const char     *text);
char    *hr_bplist_dup_text (const HrBplistObject *object) G_GNUC_WARN_UNUSED_RESULT;

/* Writes one, objects first. Each function returns the number of the object that it added. */
typedef struct _HrBplistWriter HrBplistWriter;

HrBplistWriter *hr_bplist_writer_new (void) G_GNUC_WARN_UNUSED_RESULT;
void            hr_bplist_writer_free (HrBplistWriter *self);

guint hr_bplist_writer_add_boolean (HrBplistWriter *self,
                                    gboolean        boolean);
guint hr_bplist_writer_add_integer (HrBplistWriter *self,
                                    gint64          integer);
guint hr_bplist_writer_add_unsigned (HrBplistWriter *self,
                                     guint64         number);
guint hr_bplist_writer_add_real (HrBplistWriter *self,
                                 double          real);
guint hr_bplist_writer_add_text (HrBplistWriter *self,
                                 const char     *text);
guint hr_bplist_writer_add_data (HrBplistWriter *self,
                                 gconstpointer   bytes,
                                 gsize           size);
guint hr_bplist_writer_add_uid (HrBplistWriter *self,
                                guint           uid);
guint hr_bplist_writer_add_array (HrBplistWriter *self,
                                  const guint    *references,
                                  guint           n);
guint hr_bplist_writer_add_dictionary (HrBplistWriter *self,
                                       const guint    *keys,
                                       const guint    *values,
                                       guint           n);

GBytes *hr_bplist_writer_finish (HrBplistWriter *self,
                                 guint           root) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HrBplistWriter, hr_bplist_writer_free)

G_END_DECLS
