#include "lvsctl/wish.h"

namespace lvsd::ctl {
namespace {

// A line that fits the screen.
std::string sentence(const std::string& text, const Context& context) {
  return wrapped(text, context.screen, 2) + "\n";
}

Output rehearsed(const api::WishView& wish, const Context& context) {
  std::string out = sentence("would be: " + wish.text, context);
  out += wish.operations->empty() ? "kernel: nothing to do\n" : "kernel:\n";
  for (const std::string& operation : *wish.operations)
    out += "  " + operation + "\n";
  return {Exit::done, out, ""};
}

}  // namespace

Output changed(const Context& context, const Question& question) {
  if (context.format == Format::json) return json_page(context, question);
  const auto answer = page<api::WishView>(context, question);
  if (!answer) return answer.error();
  if (answer->view.operations) return rehearsed(answer->view, context);
  std::string out = sentence(answer->view.text, context);
  if (answer->view.undo) out += "Undo: " + *answer->view.undo + "\n";
  return {Exit::done, out, ""};
}

}  // namespace lvsd::ctl
