/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <stdint.h>

typedef struct dispatch_queue_s             *dispatch_queue_t;
typedef struct dispatch_queue_attr_s        *dispatch_queue_attr_t;
typedef struct dispatch_source_s            *dispatch_source_t;
typedef const struct dispatch_source_type_s *dispatch_source_type_t;
typedef void (*dispatch_function_t) (void *context);

/* In C an object of any of these types is passed as what it is. */
typedef union
{
  dispatch_queue_t  queue;
  dispatch_source_t source;
} dispatch_object_t __attribute__ ((__transparent_union__));

extern const struct dispatch_source_type_s _dispatch_source_type_memorypressure;

#define DISPATCH_QUEUE_SERIAL ((dispatch_queue_attr_t) 0)
#define DISPATCH_SOURCE_TYPE_MEMORYPRESSURE (&_dispatch_source_type_memorypressure)
#define DISPATCH_MEMORYPRESSURE_WARN 0x02
#define DISPATCH_MEMORYPRESSURE_CRITICAL 0x04

dispatch_queue_t  dispatch_queue_create (const char           *label,
                                         dispatch_queue_attr_t attributes);
dispatch_source_t dispatch_source_create (dispatch_source_type_t type,
                                          uintptr_t              handle,
                                          uintptr_t              mask,
                                          dispatch_queue_t       queue);
uintptr_t         dispatch_source_get_data (dispatch_source_t source);
void              dispatch_source_set_event_handler_f (dispatch_source_t   source,
                                                       dispatch_function_t handler);
void              dispatch_source_cancel (dispatch_source_t source);
void              dispatch_set_context (dispatch_object_t object,
                                        void             *context);
void              dispatch_resume (dispatch_object_t object);
void              dispatch_release (dispatch_object_t object);
void              dispatch_sync_f (dispatch_queue_t    queue,
                                   void               *context,
                                   dispatch_function_t work);
