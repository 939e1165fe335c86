#pragma once

#include "cpu/offer.h"

namespace exeunt::cpu {

// One function for each op that oneDNN has a kernel for.
Offer library_offer(const ops::Conv& op, const NodeView& node);
Offer library_offer(const ops::ConvTranspose& op, const NodeView& node);
Offer library_offer(const ops::Gemm& op, const NodeView& node);
Offer library_offer(const ops::MatMul& op, const NodeView& node);
Offer library_offer(const ops::Pool& op, const NodeView& node);
Offer library_offer(const ops::Softmax& op, const NodeView& node);
Offer library_offer(const ops::LogSoftmax& op, const NodeView& node);
Offer library_offer(const ops::Lrn& op, const NodeView& node);
Offer library_offer(const ops::Reduce& op, const NodeView& node);
Offer library_offer(const ops::ScaleShift& op, const NodeView& node);
Offer library_offer(const ops::Unary& op, const NodeView& node);
Offer library_offer(const ops::Binary& op, const NodeView& node);

}  // namespace exeunt::cpu
