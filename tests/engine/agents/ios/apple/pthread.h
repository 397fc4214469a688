/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <signal.h>
#include <sys/types.h>

typedef struct
{
  long __sig;
  char __opaque[56];
} pthread_mutex_t;

typedef struct
{
  long __sig;
  char __opaque[8];
} pthread_once_t;

typedef unsigned long                    pthread_key_t;
typedef struct _opaque_pthread_t        *pthread_t;
typedef struct _opaque_pthread_attr_t    pthread_attr_t;
typedef struct _opaque_pthread_mutexattr pthread_mutexattr_t;

#define PTHREAD_MUTEX_INITIALIZER \
  {                               \
    0x32AAABA7,                   \
    {                             \
      0                           \
    }                             \
  }
#define PTHREAD_ONCE_INIT \
  {                       \
    0x30B1BCBA,           \
    {                     \
      0                   \
    }                     \
  }

int       pthread_atfork (void (*prepare) (void),
                          void (*parent) (void),
                          void (*child) (void));
int       pthread_create (pthread_t            *thread,
                          const pthread_attr_t *attributes,
                          void *(*body) (void *),
                          void *user_data);
int       pthread_join (pthread_t thread,
                        void    **out);
int       pthread_key_create (pthread_key_t *key,
                              void (*destroy) (void *));
void     *pthread_getspecific (pthread_key_t key);
int       pthread_setspecific (pthread_key_t key,
                               const void   *value);
int       pthread_mutex_init (pthread_mutex_t           *mutex,
                              const pthread_mutexattr_t *attributes);
int       pthread_mutex_destroy (pthread_mutex_t *mutex);
int       pthread_mutex_lock (pthread_mutex_t *mutex);
int       pthread_mutex_unlock (pthread_mutex_t *mutex);
int       pthread_once (pthread_once_t *once,
                        void (*body) (void));
pthread_t pthread_self (void);
int       pthread_threadid_np (pthread_t thread,
                               uint64_t *thread_id);
