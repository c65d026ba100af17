#include <memory>
#include <string>

#include "lvsctl/command.h"
#include "lvsctl/wish.h"

// `shutdown`: ends lvsd, and with --clear its traffic as well.

namespace lvsd::ctl {
namespace {

struct Shutdown {
  bool clear = false;
  std::string reason;
};

// Without --yes it is shown what would go, and nothing is done.
Output asked_back(const Context& context, const Question& question) {
  Context rehearsal = context;
  rehearsal.dry_run = true;
  Output output = changed(rehearsal, question);
  if (output.exit != Exit::done) return output;
  output.exit = Exit::refused;
  output.err =
      "lvsctl: this ends the traffic of all of them; with --yes it is done, nothing was done yet\n";
  return output;
}

}  // namespace

Run shutdown_command(CLI::App& command) {
  auto shutdown = std::make_shared<Shutdown>();
  command.add_flag("--clear", shutdown->clear,
                   "take the services that are lvsd's out of the kernel as well");
  command.add_option("--reason", shutdown->reason, "why, for the log and for your colleagues")
      ->option_text("TEXT");
  return [shutdown](const Context& context) {
    Question question{api::Action::shutdown};
    if (shutdown->clear) question.query["clear"] = "1";
    if (!shutdown->reason.empty()) question.query["reason"] = shutdown->reason;
    const bool may = context.yes || !shutdown->clear || context.dry_run;
    return may ? changed(context, question) : asked_back(context, question);
  };
}

}  // namespace lvsd::ctl
