// lvsd(8): the command line, and the loop everything runs on.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <memory>
#include <utility>

#include "daemon/check_config.h"
#include "daemon/daemon.h"
#include "daemon/log.h"
#include "daemon/memory_ahead.h"
#include "daemon/module_loading_kernel.h"
#include "daemon/netlink_kernel.h"
#include "daemon/netlink_socket.h"
#include "daemon/options.h"

using namespace lvsd;

namespace {

Result<std::unique_ptr<Kernel>> open_kernel() {
  auto kernel = NetlinkKernel::open(NetlinkSocket::open);
  if (!kernel) return kernel.error();
  return std::unique_ptr<Kernel>(std::make_unique<ModuleLoadingKernel>(std::move(*kernel)));
}

int serve(const Options& options) {
  open_log(options.verbose ? Level::debug : Level::info, options.log_format);
  boost::asio::io_context loop(1);
  Daemon daemon(loop, options, open_kernel);
  const int code = daemon.run();
  close_log();
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  options.supervisor = take_supervisor_address();
  CLI::App app("Control plane for the Linux kernel's IPVS load balancer.", "lvsd");
  app.set_version_flag("-V,--version", "lvsd " LVSD_VERSION);
  app.add_option("-f,--config", options.config_file, "Configuration file")->capture_default_str();
  app.add_option("-s,--socket", options.socket, "Unix socket of the API")->capture_default_str();
  app.add_option("--state-dir", options.state_dir, "Where state is kept over restarts")
      ->capture_default_str();
  app.add_option("-i,--config-id", options.config_id,
                 "Keep the lines `@ID …` of the file (default: the host name up to its first dot)");
  app.add_flag("-t,--check-config", options.check_config,
               "Read the configuration, say what is wrong with it, and exit");
  bool lenient = false;
  bool strict = false;
  auto* lenient_flag = app.add_flag("--lenient", lenient,
                                    "Survive the mistakes that keepalived survives, with a warning "
                                    "each (default for a file named keepalived.conf)");
  app.add_flag("--strict", strict, "Refuse every mistake, whatever the file's name")
      ->excludes(lenient_flag);
  app.add_flag("--foreground")
      ->description("Stay in the foreground (always so; accepted for scripts)");
  std::string log_format = "text";
  app.add_option("--log-format", log_format,
                 "How lines look on standard error: text, or json, an object a line")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  app.add_flag("-v,--verbose", options.verbose, "Log every check and every change of the kernel");

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& wrong) {
    return app.exit(wrong) == 0 ? exit_done : exit_usage;
  }
  if (lenient || strict) options.lenient = lenient;
  if (log_format == "json") options.log_format = LogFormat::json;
  use_one_heap();
  try {
    return options.check_config ? check_config(options) : serve(options);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "lvsd: %s\n", failure.what());
    return exit_kernel;
  }
}
