#pragma once

#include <string_view>

#include "api/words.h"
#include "lvsctl/render.h"

// How one fact about a service or server is said (api/words.h), in the colours of a terminal.

namespace lvsd::ctl {

using api::address_text;
using api::admin_pieces;
using api::check_pieces;
using api::checks_text;
using api::config_text;
using api::connections_text;
using api::counted_text;
using api::drift_text;
using api::health_text;
using api::kernel_difference;
using api::kernel_pieces;
using api::last_check_text;
using api::name_text;
using api::persistence_text;
using api::result_text;
using api::servers_text;
using api::weight_text;

// By the first word of a STATE.
Style style_of(std::string_view state);
Cell state_cell(const api::ServerView& server);

}  // namespace lvsd::ctl
