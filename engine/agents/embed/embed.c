/* SPDX-License-Identifier: MIT */

/* The agent's thread, and what the program tells it. A lock guards the server; the thread holds it for the length of a turn, never while
 * it waits. It is held across fork (), so that the child finds everything whole, closes what it inherited, and has no agent. */

#include "engine/agents/embed/embed.h"

#include "engine/agents/embed/platform.h"
#include "engine/agents/embed/server.h"
#include "engine/base/clock.h"
#include "engine/base/platform.h"
#include "engine/probe/folder.h"
#include "engine/wire/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEFAULT_BACKLOG_BYTES ((size_t) 4 << 20)
#define DEFAULT_INTERVAL_MS 100u

/* How long stopping waits for a desktop to take the rest. */
#define FAREWELL_NS (HR_NS_PER_SECOND / 2)

/* One shortage that the system tells in two ways is one. */
#define SAME_PRESSURE_NS HR_NS_PER_SECOND

static const char *const pressure_names[] = { "memory pressure", "memory pressure critical" };

struct _HrEmbed
{
  HrEmbed         *next;
  HrProbe         *probe; /* borrowed */
  HrRegionReader  *reader;
  HrPlatformWatch *watch;
  pthread_t        thread;
  bool             running; /* the thread is there: not in a forked child */
  int              wake[2]; /* a pipe to the thread */
  HrMetric         frames;
  int64_t          pressure_ns[2]; /* atomic: when each level was told last; 0: never */
  char             address[HR_LISTENER_ADDRESS_BYTES];

  pthread_mutex_t lock; /* of the rest */
  HrEmbedServer  *server;
  bool            stopped;
};

/* All agents, for fork (). Taken before any agent's own lock. */
static pthread_mutex_t agents_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t  prepared = PTHREAD_ONCE_INIT;
static HrEmbed        *agents;

static void
fork_prepare_cb (void)
{
  pthread_mutex_lock (&agents_lock);
  for (HrEmbed *agent = agents; agent != NULL; agent = agent->next)
    pthread_mutex_lock (&agent->lock);
}

static void
fork_parent_cb (void)
{
  for (HrEmbed *agent = agents; agent != NULL; agent = agent->next)
    pthread_mutex_unlock (&agent->lock);
  pthread_mutex_unlock (&agents_lock);
}

/* The desktop shall see an end when the parent ends, whatever its children do. */
static void
fork_child_cb (void)
{
  for (HrEmbed *agent = agents; agent != NULL; agent = agent->next)
    {
      hr_embed_server_abandon (agent->server);
      hr_region_reader_forget (agent->reader);
      agent->running = false;
      pthread_mutex_unlock (&agent->lock);
    }
  pthread_mutex_unlock (&agents_lock);
}

static void
prepare (void)
{
  pthread_atfork (fork_prepare_cb, fork_parent_cb, fork_child_cb);
}

static void
enlist (HrEmbed *self)
{
  pthread_once (&prepared, prepare);
  pthread_mutex_lock (&agents_lock);
  self->next = agents;
  agents = self;
  pthread_mutex_unlock (&agents_lock);
}

static void
strike_off (HrEmbed *self)
{
  pthread_mutex_lock (&agents_lock);
  for (HrEmbed **link = &agents; *link != NULL; link = &(*link)->next)
    if (*link == self)
      {
        *link = self->next;
        break;
      }
  pthread_mutex_unlock (&agents_lock);
}

static void
free_agent (HrEmbed *self)
{
  hr_embed_server_free (self->server);
  hr_region_reader_close (self->reader);
  for (int i = 0; i < 2; i++)
    if (self->wake[i] >= 0)
      close (self->wake[i]);
  pthread_mutex_destroy (&self->lock);
  free (self);
}

/* Reads 32 hexadecimal digits. */
static bool
read_token (const char *text,
            uint8_t    *out)
{
  if (strlen (text) != 2 * HR_WIRE_TOKEN_BYTES || strspn (text, "0123456789abcdefABCDEF") != 2 * HR_WIRE_TOKEN_BYTES)
    return false;

  for (size_t i = 0; i < HR_WIRE_TOKEN_BYTES; i++)
    {
      const char digits[] = { text[2 * i], text[2 * i + 1], '\0' };

      out[i] = (uint8_t) strtoul (digits, NULL, 16);
    }

  return true;
}

#if HR_PLATFORM_REGION_FILES

/* In the folder of regions, which nobody else can write to. */
static bool
default_address (const HrRegionReader *reader,
                 char                 *out,
                 size_t                size)
{
  const HrRegionHeader *header = hr_region_reader_header (reader);
  char                  name[HR_REGION_NAME_BYTES];
  char                  folder[PATH_MAX];
  int                   fd, length;

  if (!hr_region_folder (folder, sizeof folder) || (fd = hr_folder_open (folder)) < 0)
    return false;
  close (fd);

  memcpy (name, header->name, sizeof name);
  for (char *c = name; *c != '\0'; c++)
    if (*c == '/' || (c == name && *c == '.'))
      *c = '_';
  length = snprintf (out, size, "unix:%s/%s-%u.sock", folder, name, header->pid);

  return length > 0 && (size_t) length < size;
}

#else

static bool
default_address (const HrRegionReader *reader,
                 char                 *out,
                 size_t                size)
{
  snprintf (out, size, "tcp:%u", HR_EMBED_PORT);

  return true;
}

#endif

/* Makes the pipe by which the thread is woken. Neither end blocks: a pipe that is full has woken it already. */
static bool
make_pipe (HrEmbed *self)
{
  if (pipe (self->wake) < 0)
    {
      self->wake[0] = self->wake[1] = -1;
      return false;
    }

  for (int i = 0; i < 2; i++)
    if (fcntl (self->wake[i], F_SETFD, FD_CLOEXEC) < 0 || fcntl (self->wake[i], F_SETFL, O_NONBLOCK) < 0)
      return false;

  return true;
}

static void
wake_thread (HrEmbed *self)
{
  while (write (self->wake[1], "", 1) < 0 && errno == EINTR)
    ;
}

static void
drain_pipe (HrEmbed *self)
{
  char bytes[64];

  while (read (self->wake[0], bytes, sizeof bytes) > 0)
    ;
}

/* Waits until @deadline_ns (monotonic; INT64_MAX: for ever), one of the @n descriptors behind the first, or somebody who wakes us. */
static void
wait_until (HrEmbed       *self,
            struct pollfd *descriptors,
            unsigned       n,
            int64_t        deadline_ns)
{
  int64_t left_ms = INT_MAX;

  /* Rounded up: a millisecond early would be a turn for nothing. */
  if (deadline_ns != INT64_MAX)
    left_ms = (deadline_ns - (int64_t) hr_clock_monotonic () + HR_NS_PER_MS - 1) / HR_NS_PER_MS;
  if (left_ms > INT_MAX)
    left_ms = INT_MAX;

  descriptors[0] = (struct pollfd){ .fd = self->wake[0], .events = POLLIN };
  poll (descriptors, n + 1, deadline_ns == INT64_MAX ? -1 : (int) (left_ms > 0 ? left_ms : 0));
  drain_pipe (self);
}

/* Says goodbye, for as long as a desktop may take to hear it. */
static void
finish (HrEmbed *self)
{
  struct pollfd descriptors[HR_SERVER_DESCRIPTORS + 1];
  int64_t       now_ns = (int64_t) hr_clock_monotonic ();
  int64_t       end_ns = now_ns + FAREWELL_NS;

  hr_embed_server_finish (self->server, now_ns);
  while (now_ns < end_ns)
    {
      hr_embed_server_turn (self->server, now_ns);
      if (hr_embed_server_is_done (self->server))
        break;
      wait_until (self, descriptors, hr_embed_server_descriptors (self->server, descriptors + 1), end_ns);
      now_ns = (int64_t) hr_clock_monotonic ();
    }
}

static void *
agent_thread (void *user_data)
{
  HrEmbed *self = user_data;

  pthread_mutex_lock (&self->lock);
  while (!self->stopped)
    {
      struct pollfd descriptors[HR_SERVER_DESCRIPTORS + 1];
      int64_t       deadline_ns = hr_embed_server_turn (self->server, (int64_t) hr_clock_monotonic ());
      unsigned      n = hr_embed_server_descriptors (self->server, descriptors + 1);

      pthread_mutex_unlock (&self->lock);
      wait_until (self, descriptors, n, deadline_ns);
      pthread_mutex_lock (&self->lock);
    }
  finish (self);
  pthread_mutex_unlock (&self->lock);

  return NULL;
}

/* The program's signals are for its own threads; but for those that a fault of this one raises. */
static bool
start_thread (HrEmbed *self)
{
  static const int faults[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL };
  sigset_t         blocked, before;

  sigfillset (&blocked);
  for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
    sigdelset (&blocked, faults[i]);

  pthread_sigmask (SIG_SETMASK, &blocked, &before);
  self->running = pthread_create (&self->thread, NULL, agent_thread, self) == 0;
  pthread_sigmask (SIG_SETMASK, &before, NULL);

  return self->running;
}

static void
pressure_cb (void    *user_data,
             unsigned level)
{
  hr_embed_memory_pressure (user_data, level);
}

/* Makes the server that @options ask for. Returns NULL, or what is wrong in @detail of its own words. */
static const char *
make_server (HrEmbed              *self,
             const HrEmbedOptions *options)
{
  HrEmbedServerOptions server = { .epoch = hr_clock_realtime () };
  char                 address[PATH_MAX + HR_REGION_NAME_BYTES];
  char                 detail[HR_WIRE_MAX_NAME + 1];
  uint8_t              token[HR_WIRE_TOKEN_BYTES];
  const char          *wrong;

  if (options->listen == NULL && !default_address (self->reader, address, sizeof address))
    return "no folder for the agent's socket";
  if (!hr_embed_listener_init (&server.listener, options->listen != NULL ? options->listen : address, &wrong))
    return wrong;
  if (options->token != NULL && !read_token (options->token, token))
    return "a token is 32 hexadecimal digits";

  hr_platform_describe (detail, sizeof detail);
  server.token = options->token != NULL ? token : NULL;
  server.detail = options->detail != NULL ? options->detail : detail;
  server.backlog_bytes = options->backlog_bytes > 0 ? options->backlog_bytes : DEFAULT_BACKLOG_BYTES;
  server.interval_ms = options->interval_ms > 0 ? options->interval_ms : DEFAULT_INTERVAL_MS;
  self->server = hr_embed_server_new (self->reader, &server, (int64_t) hr_clock_monotonic ());

  return self->server == NULL ? "out of memory" : NULL;
}

/* Makes everything that the thread needs. Returns NULL, or what is wrong; *@out_errno says more unless it is 0. */
static const char *
set_up (HrEmbed              *self,
        const HrEmbedOptions *options,
        int                  *out_errno)
{
  const char *wrong;

  *out_errno = 0;
  if (hr_region_reader_open_own (self->probe, &self->reader) != HR_REGION_OK)
    return "the probe has no region";
  wrong = make_server (self, options);
  if (wrong != NULL)
    return wrong;

  if (!hr_embed_server_listen (self->server))
    {
      *out_errno = errno;
      return "cannot listen";
    }
  if (!make_pipe (self))
    {
      *out_errno = errno;
      return "no pipe for the agent";
    }

  return NULL;
}

/* Starts the agent of what @probe (borrowed, outlives it) records; @options NULL: all as the zeros say. Returns NULL when it could not
 * listen or memory is short, with what is wrong in @error, of @error_size bytes (may be NULL); free with hr_embed_stop (). */
HrEmbed *
hr_embed_start (HrProbe              *probe,
                const HrEmbedOptions *options,
                char                 *error,
                size_t                error_size)
{
  static const HrEmbedOptions defaults;
  HrEmbed                    *self = calloc (1, sizeof *self);
  const char                 *wrong = "out of memory";
  int                         number = 0;

  if (self != NULL)
    {
      self->probe = probe;
      self->frames = HR_METRIC_NONE;
      self->wake[0] = self->wake[1] = -1;
      pthread_mutex_init (&self->lock, NULL);
      wrong = set_up (self, options != NULL ? options : &defaults, &number);
    }
  if (wrong == NULL)
    {
      snprintf (self->address, sizeof self->address, "%s", hr_embed_server_address (self->server));
      enlist (self);
      if (start_thread (self))
        {
          self->watch = hr_platform_watch_pressure (pressure_cb, self);
          return self;
        }
      strike_off (self);
      wrong = "no thread for the agent";
    }

  if (error != NULL && error_size > 0)
    snprintf (error, error_size, "%s%s%s", wrong, number != 0 ? ": " : "", number != 0 ? strerror (number) : "");
  if (self != NULL)
    free_agent (self);

  return NULL;
}

/* Says goodbye and ends the thread, within half a second. Before the probe is closed, and while nobody else uses @self. Accepts NULL. */
void
hr_embed_stop (HrEmbed *self)
{
  if (self == NULL)
    return;

  hr_platform_watch_free (self->watch);
  if (self->running)
    {
      pthread_mutex_lock (&self->lock);
      self->stopped = true;
      pthread_mutex_unlock (&self->lock);
      wake_thread (self);
      pthread_join (self->thread, NULL);
    }
  strike_off (self);
  free_agent (self);
}

/* Returns where it listens: "unix:/run/…", "tcp:7777". Owned by the agent. */
const char *
hr_embed_address (const HrEmbed *self)
{
  return self->address;
}

/* Closes the sockets; when it returns nobody can connect any more. Measuring goes on, into the backlog. */
void
hr_embed_suspend (HrEmbed *self)
{
  pthread_mutex_lock (&self->lock);
  hr_embed_server_suspend (self->server);
  pthread_mutex_unlock (&self->lock);
  wake_thread (self);
}

/* Listens again, on a socket made anew: the system may have taken the old one away without a word. Where that fails it is tried each second. */
void
hr_embed_resume (HrEmbed *self)
{
  pthread_mutex_lock (&self->lock);
  if (self->running)
    hr_embed_server_resume (self->server, (int64_t) hr_clock_monotonic ());
  pthread_mutex_unlock (&self->lock);
  wake_thread (self);
}

/* Records that a frame took @frame_ns, as ui_frame_time_ms; from one thread at a time. The first one registers the metric. */
void
hr_embed_frame (HrEmbed *self,
                uint64_t frame_ns)
{
  if (self->frames == HR_METRIC_NONE)
    self->frames = hr_probe_metric (self->probe, "ui_frame_time_ms", HR_KIND_DURATION, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER);
  hr_probe_duration (self->probe, self->frames, frame_ns, 1);
}

/* Tells the thermal state, 0 (nominal) to 3 (critical): the level thermal_state. From any thread. */
void
hr_embed_thermal (HrEmbed *self,
                  unsigned state)
{
  pthread_mutex_lock (&self->lock);
  hr_embed_server_set_thermal (self->server, (int) (state < 3 ? state : 3));
  pthread_mutex_unlock (&self->lock);
}

/* Counts that the system is short of memory (@level 1: warning, 2: critical) as an event, and asks the program to clean up; the same
 * level again within a second is the same shortage. From any thread. */
void
hr_embed_memory_pressure (HrEmbed *self,
                          unsigned level)
{
  unsigned i = level >= 2 ? 1 : 0;
  int64_t  now_ns = (int64_t) hr_clock_monotonic ();
  int64_t  before_ns = __atomic_exchange_n (&self->pressure_ns[i], now_ns, __ATOMIC_RELAXED);

  if (before_ns != 0 && now_ns - before_ns < SAME_PRESSURE_NS)
    return;

  hr_probe_event (self->probe, hr_probe_metric (self->probe, pressure_names[i], HR_KIND_EVENT, HR_UNIT_COUNT, HR_DIRECTION_LOWER), level);
  hr_region_reader_request_cleanup (self->reader);
}
