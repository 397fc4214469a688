/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <stdint.h>

typedef int          integer_t;
typedef unsigned     natural_t;
typedef int          kern_return_t;
typedef int          policy_t;
typedef uintptr_t    vm_address_t;
typedef uintptr_t    vm_size_t;
typedef uint64_t     mach_vm_size_t;
typedef unsigned     mach_port_t;
typedef unsigned     mach_port_name_t;
typedef mach_port_t *thread_act_array_t;
typedef natural_t    mach_msg_type_number_t;
typedef integer_t   *task_info_t;

#define KERN_SUCCESS 0

typedef struct time_value
{
  integer_t seconds;
  integer_t microseconds;
} time_value_t;

/* The members that we read; the real one has others between and behind them. */
typedef struct task_vm_info
{
  mach_vm_size_t virtual_size;
  mach_vm_size_t resident_size;
  mach_vm_size_t phys_footprint;
} task_vm_info_data_t;

struct task_thread_times_info
{
  time_value_t user_time;
  time_value_t system_time;
};

struct mach_task_basic_info
{
  mach_vm_size_t virtual_size;
  mach_vm_size_t resident_size;
  mach_vm_size_t resident_size_max;
  time_value_t   user_time;
  time_value_t   system_time;
  policy_t       policy;
  integer_t      suspend_count;
};

#define TASK_THREAD_TIMES_INFO 3
#define TASK_THREAD_TIMES_INFO_COUNT ((mach_msg_type_number_t) (sizeof (struct task_thread_times_info) / sizeof (natural_t)))
#define MACH_TASK_BASIC_INFO 20
#define MACH_TASK_BASIC_INFO_COUNT ((mach_msg_type_number_t) (sizeof (struct mach_task_basic_info) / sizeof (natural_t)))
#define TASK_VM_INFO 22
#define TASK_VM_INFO_COUNT ((mach_msg_type_number_t) (sizeof (task_vm_info_data_t) / sizeof (natural_t)))

extern mach_port_t mach_task_self_;
#define mach_task_self() mach_task_self_

kern_return_t task_info (mach_port_t             task,
                         natural_t               flavor,
                         task_info_t             out,
                         mach_msg_type_number_t *count);
kern_return_t task_threads (mach_port_t             task,
                            thread_act_array_t     *out,
                            mach_msg_type_number_t *count);
kern_return_t mach_port_deallocate (mach_port_t      task,
                                    mach_port_name_t name);
kern_return_t vm_deallocate (mach_port_t  task,
                             vm_address_t address,
                             vm_size_t    size);
