#include <memory>

#include "lvsctl/command.h"
#include "lvsctl/reloaded.h"

// `reload`: reads the configuration again and says what came of it.

namespace lvsd::ctl {

Run reload_command(CLI::App& command) {
  auto forced = std::make_shared<bool>(false);
  command.add_flag("--force", *forced, "even if it removes more than reload_guard allows");
  return [forced](const Context& context) -> Output {
    if (context.dry_run) return difference(context, {api::Action::config_diff});
    Question question{api::Action::reload};
    if (*forced) question.query["force"] = "1";
    return reloaded(context, question);
  };
}

}  // namespace lvsd::ctl
