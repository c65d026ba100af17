#include "lvsctl/command.h"
#include "lvsctl/page.h"

// `version`: of this command, of the daemon it talks to, and of what that runs on.

namespace lvsd::ctl {

Run version_command(CLI::App&) {
  return [](const Context& context) -> Output {
    const Question question{api::Action::version};
    if (context.format == Format::json) return json_page(context, question);
    const std::string client = "lvsctl  " LVSD_VERSION "\n";
    const auto version = page<api::VersionView>(context, question);
    if (!version) {
      Output output = version.error();
      output.out = client;
      return output;
    }
    const auto known = [](const std::optional<std::string>& word) { return word.value_or("-"); };
    return {Exit::done,
            client + "lvsd    " + version->view.version + "\napi     " + "lvs/v1" + "\nipvs    " +
                known(version->view.ipvs_version) + "\nlinux   " +
                known(version->view.kernel_release) + "\n",
            ""};
  };
}

}  // namespace lvsd::ctl
