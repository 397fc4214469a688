/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/link/dtx/instruments-private.h"

#include "engine/link/dtx/connection.h"
#include "engine/link/dtx/conversation.h"
#include "engine/link/lockdown-session.h"

/* Phones send a heartbeat or a sample within seconds; one that is silent for longer is wedged, and says so to nobody. */
#define SILENCE_MS 30000u
/* How long a phone may take to greet. */
#define GREETING_MS 10000u
/* How long it may take until the first figures, over lockdown, TLS, and the end of a connection before. */
#define PATIENCE_MS 60000u
#define CHUNK_BYTES 65536u
/* Samples that wait for the main loop. A figure is a level: where a loop stands still, what is beyond is no loss. */
#define MAX_QUEUED 32

#define FIRST_TOO_NEW_MAJOR 17u

/* What the thread works with. It outlives the object where a phone lets it wait, and tells nobody then. */
typedef struct
{
  char            *udid;
  guint            major_version;
  GMainContext    *context;
  GWeakRef         owner; /* HrInstruments */
  HrDtxConnection *connection;
  int              stopped; /* atomic */
  int              queued;  /* atomic */
} Worker;

struct _HrInstruments
{
  GObject parent_instance;

  HrDevice *device;
  Worker   *worker;   /* NULL before the start, and after the end */
  GSource  *patience; /* until the first word of the phone, else NULL */
  guint     patience_ms;
  gboolean  started;
  gboolean  ended;
};

enum
{
  SAMPLE,
  ENDED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (HrInstruments, hr_instruments, G_TYPE_OBJECT)

/* A phone wedges when it is measured over two connections: a thread waits for the one before it. */
static GMutex      busy_lock;
static GCond       busy_changed;
static GHashTable *busy_phones; /* udid -> itself; NULL before the first */

static void
worker_clear (gpointer data)
{
  Worker *self = data;

  g_free (self->udid);
  g_main_context_unref (self->context);
  g_weak_ref_clear (&self->owner);
  hr_dtx_connection_unref (self->connection);
}

static void
worker_unref (gpointer self)
{
  g_atomic_rc_box_release_full (self, worker_clear);
}

/* Waits until nobody else is connected to the phone. Returns FALSE when it was stopped before. */
static gboolean
claim_phone (Worker *self)
{
  gboolean claimed;

  g_mutex_lock (&busy_lock);
  if (busy_phones == NULL)
    busy_phones = g_hash_table_new (g_str_hash, g_str_equal);
  while (!g_atomic_int_get (&self->stopped) && g_hash_table_contains (busy_phones, self->udid))
    g_cond_wait (&busy_changed, &busy_lock);
  claimed = !g_atomic_int_get (&self->stopped);
  if (claimed)
    g_hash_table_add (busy_phones, self->udid);
  g_mutex_unlock (&busy_lock);

  return claimed;
}

static void
release_phone (Worker *self)
{
  g_mutex_lock (&busy_lock);
  g_hash_table_remove (busy_phones, self->udid);
  g_cond_broadcast (&busy_changed);
  g_mutex_unlock (&busy_lock);
}

static void
clear_patience (HrInstruments *self)
{
  if (self->patience != NULL)
    g_source_destroy (self->patience);
  g_clear_pointer (&self->patience, g_source_unref);
}

/* Tells the end once. */
static void
end (HrInstruments *self,
     const GError  *error)
{
  if (self->ended)
    return;

  self->ended = TRUE;
  clear_patience (self);
  g_clear_pointer (&self->worker, worker_unref);
  g_signal_emit (self, signals[ENDED], 0, error);
}

/* Something on its way from the thread to the object: a sample or the end. */
typedef struct
{
  Worker        *worker;
  HrPhoneSample *sample;
  GError        *error;
} Parcel;

static void
parcel_free (gpointer data)
{
  Parcel *parcel = data;

  hr_phone_sample_free (parcel->sample);
  g_clear_error (&parcel->error);
  worker_unref (parcel->worker);
  g_free (parcel);
}

static gboolean
parcel_arrived_cb (gpointer data)
{
  Parcel *parcel = data;
  g_autoptr (HrInstruments) self = g_weak_ref_get (&parcel->worker->owner);

  if (parcel->sample != NULL)
    g_atomic_int_add (&parcel->worker->queued, -1);
  if (self == NULL || self->ended || g_atomic_int_get (&parcel->worker->stopped))
    return G_SOURCE_REMOVE;

  clear_patience (self);
  if (parcel->sample != NULL)
    g_signal_emit (self, signals[SAMPLE], 0, parcel->sample);
  else
    end (self, parcel->error);

  return G_SOURCE_REMOVE;
}

static void
attach_idle (GMainContext  *context,
             GSourceFunc    func,
             gpointer       data,
             GDestroyNotify data_free)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, func, data, data_free);
  g_source_attach (source, context);
}

/* Sends @sample or @error (transfer full) to the object's main context. */
static void
send (Worker        *self,
      HrPhoneSample *sample,
      GError        *error)
{
  Parcel *parcel = g_new0 (Parcel, 1);

  parcel->worker = g_atomic_rc_box_acquire (self);
  parcel->sample = sample;
  parcel->error = error;
  attach_idle (self->context, parcel_arrived_cb, parcel, parcel_free);
}

static void
take_sample (HrPhoneSample *sample,
             gpointer       user_data)
{
  Worker *self = user_data;

  if (g_atomic_int_get (&self->queued) >= MAX_QUEUED)
    {
      hr_phone_sample_free (sample);
      return;
    }

  g_atomic_int_inc (&self->queued);
  send (self, sample, NULL);
}

/* Carries bytes both ways until something ends it. */
static void
converse (Worker  *self,
          GError **error)
{
  g_autoptr (HrDtxConversation) conversation = hr_dtx_conversation_new (self->major_version, take_sample, self);
  g_autofree guint8 *chunk = g_malloc (CHUNK_BYTES);
  gboolean           going = TRUE;

  while (going && !g_atomic_int_get (&self->stopped))
    {
      g_autoptr (GBytes) output = hr_dtx_conversation_take_output (conversation);
      guint  patience = hr_dtx_conversation_is_greeted (conversation) ? SILENCE_MS : GREETING_MS;
      gssize n;

      if (output != NULL && !hr_dtx_connection_write (self->connection, output, error))
        return;

      n = hr_dtx_connection_read (self->connection, chunk, MIN (hr_dtx_conversation_get_wanted (conversation), CHUNK_BYTES), patience, error);
      if (n == 0)
        g_propagate_error (error, hr_dtx_conversation_end (conversation));
      going = n > 0 && hr_dtx_conversation_push (conversation, chunk, (gsize) n, error);
    }
}

static gpointer
measure_phone (gpointer data)
{
  Worker *self = data;
  GError *error = NULL;

  hr_lockdown_prepare_thread ();
  if (claim_phone (self))
    {
      if (hr_dtx_connection_open (self->connection, self->udid, &self->major_version, &error))
        converse (self, &error);
      hr_dtx_connection_close (self->connection);
      release_phone (self);
    }
  /* Without an error it was stopped, and the object has told so. */
  if (error != NULL)
    send (self, NULL, error);
  worker_unref (self);

  return NULL;
}

static void
stop_worker (Worker *worker)
{
  g_atomic_int_set (&worker->stopped, TRUE);
  hr_dtx_connection_interrupt (worker->connection);

  g_mutex_lock (&busy_lock);
  g_cond_broadcast (&busy_changed);
  g_mutex_unlock (&busy_lock);
}

static void
hr_instruments_dispose (GObject *object)
{
  HrInstruments *self = HR_INSTRUMENTS (object);

  self->ended = TRUE;
  clear_patience (self);
  if (self->worker != NULL)
    stop_worker (self->worker);
  g_clear_pointer (&self->worker, worker_unref);

  G_OBJECT_CLASS (hr_instruments_parent_class)->dispose (object);
}

static void
hr_instruments_finalize (GObject *object)
{
  HrInstruments *self = HR_INSTRUMENTS (object);

  hr_device_free (self->device);

  G_OBJECT_CLASS (hr_instruments_parent_class)->finalize (object);
}

static void
hr_instruments_class_init (HrInstrumentsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = hr_instruments_dispose;
  object_class->finalize = hr_instruments_finalize;

  signals[SAMPLE] = g_signal_new ("sample", HR_TYPE_INSTRUMENTS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
  signals[ENDED] = g_signal_new ("ended", HR_TYPE_INSTRUMENTS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
}

static void
hr_instruments_init (HrInstruments *self)
{
  self->patience_ms = PATIENCE_MS;
}

/* Returns: (transfer full): what would measure @device; nothing happens before hr_instruments_start (). */
HrInstruments *
hr_instruments_new (const HrDevice *device)
{
  HrInstruments *self = g_object_new (HR_TYPE_INSTRUMENTS, NULL);

  self->device = hr_device_copy (device);

  return self;
}

/* Why it ends without the phone's doing: it was stopped, or the phone is too new. */
typedef struct
{
  HrInstruments *self;
  GError        *error;
} End;

static void
end_free (gpointer data)
{
  End *parcel = data;

  g_object_unref (parcel->self);
  g_error_free (parcel->error);
  g_free (parcel);
}

static gboolean
end_cb (gpointer data)
{
  End *parcel = data;

  end (parcel->self, parcel->error);

  return G_SOURCE_REMOVE;
}

/* Tells @error (transfer full) from @context's loop. */
static void
end_later (HrInstruments *self,
           GMainContext  *context,
           GError        *error)
{
  End *parcel = g_new (End, 1);

  *parcel = (End){ g_object_ref (self), error };
  attach_idle (context, end_cb, parcel, end_free);
}

/* Lets it wait @patience_ms for the first word of the phone instead of a minute. Before the start. */
void
hr_instruments_set_patience (HrInstruments *self,
                             guint          patience_ms)
{
  self->patience_ms = patience_ms;
}

/* Nothing of libimobiledevice can be relied on to end by itself. */
static gboolean
patience_ends_cb (gpointer user_data)
{
  HrInstruments *self = user_data;
  g_autoptr (GError) error = g_error_new (HR_INSTRUMENTS_ERROR, HR_INSTRUMENTS_ERROR_UNREACHABLE,
                                          "The phone has not told anything in %u s. Unlock it, or plug it in again", self->patience_ms / 1000);

  stop_worker (self->worker);
  end (self, error);

  return G_SOURCE_REMOVE;
}

static void
begin_patience (HrInstruments *self,
                GMainContext  *context)
{
  self->patience = g_timeout_source_new (self->patience_ms);
  g_source_set_callback (self->patience, patience_ends_cb, self, NULL);
  g_source_attach (self->patience, context);
}

/* Begins to measure: "sample" and "ended" come in the thread-default main context of this call. Once only: for another try there is
 * another object, which waits by itself until the phone is free. */
void
hr_instruments_start (HrInstruments *self)
{
  g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();
  guint    major_version = hr_device_get_major_version (self->device);
  Worker  *worker;
  GThread *thread;

  g_return_if_fail (!self->started);

  self->started = TRUE;
  if (major_version >= FIRST_TOO_NEW_MAJOR)
    {
      end_later (self, context, hr_instruments_error_new_too_new (major_version));
      return;
    }

  begin_patience (self, context);
  worker = g_atomic_rc_box_new0 (Worker);
  worker->udid = g_strdup (self->device->udid);
  worker->major_version = major_version;
  worker->context = g_steal_pointer (&context);
  worker->connection = hr_dtx_connection_new ();
  g_weak_ref_init (&worker->owner, self);
  self->worker = worker;

  thread = g_thread_new ("instruments", measure_phone, g_atomic_rc_box_acquire (worker));
  g_thread_unref (thread);
}

/* Stops measuring. "ended" follows from the main loop, with HR_INSTRUMENTS_ERROR_CLOSED, whatever the phone is waiting for. */
void
hr_instruments_stop (HrInstruments *self)
{
  GMainContext *context;

  if (self->ended || self->worker == NULL)
    return;

  stop_worker (self->worker);
  context = self->worker->context;
  end_later (self, context, g_error_new_literal (HR_INSTRUMENTS_ERROR, HR_INSTRUMENTS_ERROR_CLOSED, "Stopped"));
}
