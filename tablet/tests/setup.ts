/** Node has everything that a tablet's browser has but IndexedDB. */
import "fake-indexeddb/auto";
