#pragma once

#include <exeunt/tools/report.h>

#include <string>

namespace exeunt {

/// Accuracy over mean latency, on the samples held out: the points, the choice, the full network, each head alone.
std::string accuracy_latency_chart(const Tuned& tuned, const TuneReportInfo& info, double width, double height);

/// What its colours and marks mean.
std::string accuracy_latency_legend();

/// The share that a decision alone would let go, and how often its head is right about them, by threshold.
std::string threshold_chart(const Tuned& tuned, std::size_t decision);

/// How often a head is right by how sure it is, with and without its temperature.
std::string reliability_chart(const HeadReliability& head, std::size_t exit);

}  // namespace exeunt
