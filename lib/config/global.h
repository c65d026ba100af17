#pragma once

#include <optional>
#include <string>

#include "config/arguments.h"
#include "config/subject.h"

namespace lvsd {

class Compiler;

// Words of `global_defs` with grammars of their own.
void set_timeouts(Compiler& compiler, const Arguments& arguments);
std::optional<std::string> show_timeouts(const Subject& subject);
void set_sync_daemon(Compiler& compiler, const Arguments& arguments);
std::optional<std::string> show_sync_daemon(const Subject& subject);
void set_script_user(Compiler& compiler, const Arguments& arguments);
void set_umask(Compiler& compiler, const Arguments& arguments);
std::optional<std::string> show_umask(const Subject& subject);
void set_include_check(Compiler& compiler, const Arguments& arguments);
void set_cpus(Compiler& compiler, const Arguments& arguments);
void add_sysctl(Compiler& compiler, const Statement& line);

}  // namespace lvsd
