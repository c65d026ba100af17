// The part of Daemon that looks at what is around the table, for those who ask how things are.

#include <fmt/format.h>

#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "daemon/config_file.h"
#include "daemon/daemon.h"
#include "daemon/network_namespace.h"
#include "daemon/vip_views.h"
#include "daemon/wall_clock.h"
#include "doctor/doctor.h"

namespace lvsd {

namespace asio = boost::asio;

// What was read a moment ago is what the files say, as far as anybody knows.
void Daemon::read_from(std::shared_ptr<ConfigSources> sources) {
  sources_ = std::move(sources);
  file_changed_ = false;
  file_changed_since_.reset();
  sources_look_.forget();
}

asio::awaitable<void> Daemon::look_at_sources() {
  const auto sources = sources_;
  if (!sources) co_return;
  const auto look = [sources] { return sources->have_changed(disk_files()); };
  const bool is_changed = co_await files_.run(look);
  if (sources != sources_) co_return;  // a reload came between
  if (!is_changed)
    file_changed_since_.reset();
  else if (!file_changed_since_)
    file_changed_since_ = wall_clock();
  file_changed_ = is_changed;
}

asio::awaitable<void> Daemon::look_at_vips() {
  const auto config = pools_.shared_config();
  const auto look = [config, where = ipvs_namespace_]() -> Result<api::VipsView> {
    if (const auto entered = enter_namespace(*where); !entered) return entered.error();
    return vips_view(doctor::vips(*config));
  };
  auto seen = co_await walkers_.run(look);
  if (seen && config == pools_.shared_config()) vips_ = *std::move(seen);
}

std::vector<api::AttentionView> Daemon::config_attention() const {
  std::vector<api::AttentionView> out = rollback_attention();
  if (file_changed_ == true)
    out.push_back({"warning", "",
                   fmt::format("{}{} has changed since it was loaded: 'lvsctl config diff' shows "
                               "what 'lvsctl reload' would put in force",
                               options_.config_file,
                               sources_->has_includes() ? " or a file it includes" : ""),
                   file_changed_since_});
  return out;
}

}  // namespace lvsd
