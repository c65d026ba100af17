#include <fmt/format.h>

#include <chrono>

#include "lvsctl/command.h"
#include "lvsctl/page.h"

// `ping`: is lvsd there, and how fast does its loop answer. It asks for nothing that lvsd would
// have to ask the kernel for.

namespace lvsd::ctl {

Run ping_command(CLI::App&) {
  return [](const Context& context) -> Output {
    const Question question{api::Action::version};
    if (context.format == Format::json) return json_page(context, question);
    const std::chrono::milliseconds begin = context.machine.uptime();
    const auto version = page<api::VersionView>(context, question);
    const std::chrono::milliseconds took = context.machine.uptime() - begin;
    if (!version) return version.error();
    const std::string time = took.count() == 0 ? "under 1 ms" : fmt::format("{} ms", took.count());
    return {Exit::done, fmt::format("lvsd answers, {}\n", time), ""};
  };
}

}  // namespace lvsd::ctl
