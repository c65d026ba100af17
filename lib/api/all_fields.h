#pragma once

#include "api/change_fields.h"
#include "api/check_fields.h"
#include "api/config_fields.h"
#include "api/control_fields.h"
#include "api/doctor_fields.h"
#include "api/event_fields.h"
#include "api/kernel_fields.h"
#include "api/object_fields.h"
#include "api/stats_fields.h"
#include "api/status_fields.h"

// The fields of every view there is. Who visits views of any kind includes this, so that Described
// says the same of a type wherever it is asked.
