#include "lvsctl/wish.h"

namespace lvsd::ctl {

Output changed(const Context& context, const Question& question) {
  if (context.format == Format::json) return json_page(context, question);
  const auto answer = page<api::WishView>(context, question);
  if (!answer) return answer.error();
  std::string out = answer->view.text + "\n";
  if (answer->view.undo) out += "Undo: " + *answer->view.undo + "\n";
  return {Exit::done, out, ""};
}

}  // namespace lvsd::ctl
