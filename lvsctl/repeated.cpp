#include "lvsctl/repeated.h"

#include "lvsctl/units.h"

namespace lvsd::ctl {
namespace {

constexpr std::string_view clear_screen = "\x1b[H\x1b[2J\x1b[3J";

// Each document of indented JSON without its line ends; within its texts there are none.
std::string a_line_each(const std::string& json) {
  std::string out;
  bool begins = true;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (c == '\n' && json.compare(i, 2, "\n{") == 0) out += c;
    if (c == '\n' || (begins && c == ' ')) {
      begins = true;
      continue;
    }
    begins = false;
    out += c;
  }
  return out.empty() ? out : out + "\n";
}

}  // namespace

Output repeated(const Context& context, std::chrono::milliseconds interval, bool json,
                const std::function<Output()>& run) {
  const bool is_screen = context.screen.width.has_value() && !json;
  const std::string every = period_text(std::chrono::duration<double>(interval).count());
  Output output;
  for (bool first = true;; first = false) {
    output = run();
    if (json) {
      output.out = a_line_each(output.out);
    } else if (is_screen) {
      const api::Moment now = context.machine.now();
      output.out = std::string(clear_screen) + api::clock_text(now, now) + ", every " + every +
                   "; Ctrl-C ends it\n\n" + output.out;
    } else if (!first) {
      output.out.insert(0, "\n");
    }
    context.print(output.out);
    context.tell(output.err);
    if (!context.machine.pause(interval)) return {output.exit, "", ""};
  }
}

}  // namespace lvsd::ctl
