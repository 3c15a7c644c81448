"""Reads metrics files as Prometheus does and holds them to promtool's rules. Usage: check_metrics.py good odd bad"""
import re
import sys

from prometheus_client.parser import text_string_to_metric_families

REQUIRED = {
    "belowzero_build_info", "belowzero_run_start_timestamp_seconds", "belowzero_run_end_timestamp_seconds",
    "belowzero_run_duration_seconds", "belowzero_run_exit_code", "belowzero_run_recorded",
}
WHEN_DONE = {
    "belowzero_newest_bar_age_seconds", "belowzero_newest_bar_timestamp_seconds", "belowzero_negative_equity_ratio",
    "belowzero_limits", "belowzero_limit_breached", "belowzero_limit_value", "belowzero_limit_threshold",
    "belowzero_run_success_timestamp_seconds",
}
BAD_UNITS = re.compile(r"_(ms|milliseconds|minutes|hours|hour|h|days|percent|pct|kb|mb|kilobytes|frac)(_|$)")


def families(path):
    text = open(path, encoding="utf-8", newline="").read()
    assert text.endswith("\n") and "\r" not in text, path
    found = list(text_string_to_metric_families(text))
    seen = set()
    for family in found:
        assert family.type == "gauge" and family.documentation, family.name
        assert re.fullmatch(r"belowzero_[a-z0-9_]+", family.name), family.name
        assert not BAD_UNITS.search(family.name) and not family.name.endswith(("_total", "_count", "_sum", "_bucket", "_gauge"))
        for sample in family.samples:
            key = (sample.name, tuple(sorted(sample.labels.items())))
            assert key not in seen, f"twice: {key}"
            seen.add(key)
            assert sample.timestamp is None and "study" in sample.labels, sample
            assert sample.value == sample.value, sample
    names = [family.name for family in found]
    assert len(names) == len(set(names)), "a family stands in two places"
    return {family.name: family for family in found}


def value(found, name):
    return found[name].samples[0].value


good, odd, bad = (families(path) for path in sys.argv[1:4])
assert REQUIRED | WHEN_DONE <= good.keys(), (REQUIRED | WHEN_DONE) - good.keys()
assert value(good, "belowzero_run_exit_code") == 0 and value(good, "belowzero_run_recorded") == 1
assert 0 < value(good, "belowzero_negative_equity_ratio") < 1
assert odd["belowzero_newest_bar_age_seconds"].samples[0].labels["asset"] == 'D"E\\M O', "labels survive"
assert [s.value for s in odd["belowzero_limits"].samples if s.labels["status"] == "breach"] == [1]
assert REQUIRED <= bad.keys() and value(bad, "belowzero_run_exit_code") == 66
assert "belowzero_limits" not in bad, "a run that failed says nothing of limits"
print(f"metrics: {sum(len(f) for f in (good, odd, bad))} families read")
