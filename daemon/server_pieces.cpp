#include "daemon/server_pieces.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "api/json.h"
#include "daemon/server_views.h"

namespace lvsd {

namespace {

// About; what it takes to make as much is some hundred microseconds.
constexpr std::size_t piece_size = 32768;

class ServerPieces final : public api::Pieces {
 public:
  ServerPieces(Look look, std::optional<api::Filter> terms, std::string closing)
      : look_(std::move(look)), terms_(std::move(terms)), closing_(std::move(closing)) {
    for (const VirtualServer& service : look_().pools.config().virtual_servers)
      services_.push_back(id(service));
  }

  void next(Take take) override {
    if (closing_.empty()) return take(std::nullopt);
    std::string out;
    const Outlook now = look_();
    // A piece without anything in it ends with the loop's patience, not with the list.
    for (std::size_t seen = 0; next_ < services_.size() && out.size() < piece_size && seen < 100;
         ++seen)
      append(now, services_[next_++], out);
    if (next_ == services_.size()) out += std::exchange(closing_, {});
    take(std::move(out));
  }

 private:
  void append(const Outlook& now, const std::string& service, std::string& out) {
    const auto index = index_of(now.pools.config(), service);
    if (!index) return;
    for (api::ServerView& view : server_views(now, *index)) {
      view.checks.reset();
      if (terms_ && !terms_->holds(api::fields_of(view))) continue;
      if (!std::exchange(is_first_, false)) out += ',';
      api::append_item(out, view);
    }
  }

  // Mostly where it was when the list began.
  std::optional<std::size_t> index_of(const Config& config, const std::string& service) const {
    const auto& all = config.virtual_servers;
    const auto is_it = [&service](const VirtualServer& one) { return id(one) == service; };
    if (next_ <= all.size() && is_it(all[next_ - 1])) return next_ - 1;
    const auto found = std::find_if(all.begin(), all.end(), is_it);
    if (found == all.end()) return std::nullopt;
    return static_cast<std::size_t>(found - all.begin());
  }

  Look look_;
  std::optional<api::Filter> terms_;
  std::string closing_;  // empty: the list is over
  std::vector<std::string> services_;
  std::size_t next_ = 0;
  bool is_first_ = true;
};

}  // namespace

std::shared_ptr<api::Pieces> server_pieces(Look look, std::optional<api::Filter> terms,
                                           std::string closing) {
  return std::make_shared<ServerPieces>(std::move(look), std::move(terms), std::move(closing));
}

}  // namespace lvsd
