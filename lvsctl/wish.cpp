#include "lvsctl/wish.h"

namespace lvsd::ctl {
namespace {

Output rehearsed(const api::WishView& wish) {
  std::string out = "would be: " + wish.text + "\n";
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
  if (answer->view.operations) return rehearsed(answer->view);
  std::string out = answer->view.text + "\n";
  if (answer->view.undo) out += "Undo: " + *answer->view.undo + "\n";
  return {Exit::done, out, ""};
}

}  // namespace lvsd::ctl
