#pragma once

#include "config/arguments.h"

namespace lvsd {

class Compiler;

// The larger of what rows of checks do.

// Starts a check of the given kind in the server that is being read.
template <class Kind>
void open_check(Compiler& compiler, const Arguments& arguments);
void open_https_check(Compiler& compiler, const Arguments& arguments);

// A check that lacks what it cannot do without is reported and dropped.
void close_http_check(Compiler& compiler);
void close_misc_check(Compiler& compiler);
void close_file_check(Compiler& compiler);
void close_bfd_check(Compiler& compiler);

void open_url(Compiler& compiler, const Arguments& arguments);
void close_url(Compiler& compiler);
void set_digest(Compiler& compiler, const Arguments& arguments);
void add_statuses(Compiler& compiler, const Arguments& arguments);

void set_payload(Compiler& compiler, const Arguments& arguments);
void set_reply(Compiler& compiler, const Arguments& arguments);
void set_misc_path(Compiler& compiler, const Arguments& arguments);
void set_misc_user(Compiler& compiler, const Arguments& arguments);
void set_file_weight(Compiler& compiler, const Arguments& arguments);
void set_dns_type(Compiler& compiler, const Arguments& arguments);

}  // namespace lvsd
