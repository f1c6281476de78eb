//! Fetching pictures from URLs that strangers give: public addresses only, bounded in size and time.
