#pragma once

#include <string>

#include "api/moment.h"
#include "model/override.h"
#include "model/scheduler_override.h"

// How a wish for a state or a value is said again, and undone, in the words of lvsctl.

namespace lvsd {

// " --reason 'kernel patch' --until-time 2026-08-20T18:00:00.000+09:00": what a command says that
// makes `wish` of `now`, a wish for the same state or value; nothing where they are the same.
std::string command_words(const AdminOverride& wish, const AdminOverride& now,
                          const api::Moment& wall);
std::string command_words(const NumberOverride& wish, const NumberOverride& now,
                          const api::Moment& wall);
std::string command_words(const SchedulerOverride& wish, const SchedulerOverride& now,
                          const api::Moment& wall);

// "; alice wished so at 14:31:02: until 18:00:00 instead of no end; still reason "kernel patch"":
// what a wish for what is wished for already, `before`, changed, and what it left.
std::string repetition_text(const AdminOverride& before, const AdminOverride& after,
                            const api::Moment& wall);
std::string repetition_text(const NumberOverride& before, const NumberOverride& after,
                            const api::Moment& wall);
std::string repetition_text(const SchedulerOverride& before, const SchedulerOverride& after,
                            const api::Moment& wall);

}  // namespace lvsd
