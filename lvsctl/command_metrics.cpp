#include <memory>

#include "lvsctl/command.h"
#include "lvsctl/page.h"

// `metrics`: what /metrics says, for node_exporter's textfile collector and for eyes.

namespace lvsd::ctl {

Run metrics_command(CLI::App& command) {
  auto service = std::make_shared<std::string>();
  auto parts = std::make_shared<std::vector<std::string>>();
  command.add_option("SERVICE", *service, "only of this service");
  command
      .add_option("--collect", *parts,
                  "only these parts: services, servers, checks, process, rates, node_ipvs; several "
                  "with commas")
      ->delimiter(',')
      ->option_text("PART")
      ->check(CLI::IsMember({"services", "servers", "checks", "process", "rates", "node_ipvs"}));
  return [service, parts](const Context& context) {
    Question question{api::Action::metrics};
    if (!service->empty()) question.query["service"] = *service;
    std::string words;
    for (const std::string& part : *parts)
      words += (words.empty() ? "" : ",") + part;
    if (!words.empty()) question.query["collect"] = words;
    return text_page(context, question);
  };
}

}  // namespace lvsd::ctl
