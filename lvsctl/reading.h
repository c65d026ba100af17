#pragma once

#include <CLI/App.hpp>
#include <string>

#include "config/load.h"
#include "lvsctl/command.h"

// How a command reads a configuration file without a daemon.

namespace lvsd::ctl {

struct Reading {
  std::string file;
  bool lenient = false;
  bool strict = false;
  std::string config_id;  // empty: the host's name
};

// --lenient, --strict and --config-id.
void add_reading_options(CLI::App& command, Reading& reading);

// REQUIRES: a file.
Loaded loaded(const Machine& machine, const Reading& reading, bool origins = false);

// What lvsd has in force, asked for and read back; or what to print in its place.
boost::system::result<Loaded, Output> loaded_in_force(const Context& context);

// The diagnostics, for standard error.
std::string shown(const Diagnostics& diagnostics, const Context& context);

// What there is to say of a file that does not load.
Output refused(const Context& context, const Reading& reading, const Loaded& loaded);

}  // namespace lvsd::ctl
