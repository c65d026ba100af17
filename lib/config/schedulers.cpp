#include "config/schedulers.h"

namespace lvsd {

const Argument& scheduler_argument() {
  return find_keyword(Block::virtual_server, "lvs_sched")->arguments[0];
}

}  // namespace lvsd
